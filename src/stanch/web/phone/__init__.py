"""What makes a phone a good place for it: an app to install, a page for when there is no network, and the worker that shows pages."""
