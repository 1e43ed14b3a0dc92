"""Similar incidents while one is live, explained in words (R50). Found by an index of terms, judged by a pure rule."""
