"""From a request to its tokens: validation, admission, chats, tools, and the runs of the model."""
