"""One run against one deployment: capabilities, retries, the response cache, what a check gets."""
