"""The postmortem as a document: one model, rendered as Markdown, HTML and PDF (R46)."""
