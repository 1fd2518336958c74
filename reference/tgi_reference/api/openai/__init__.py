"""The OpenAI-style routes, as each release of TGI answers them."""
