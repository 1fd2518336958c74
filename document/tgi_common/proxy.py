"""The proxy that HTTP_PROXY, HTTPS_PROXY or ALL_PROXY name for a URL, unless NO_PROXY exempts it."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx

from tgi_common.access import AccessError

_SCHEMES = ("http", "https", "socks5", "socks5h")


def proxy_for(url: str) -> httpx.Proxy | None:
    """Read the proxy for a URL from the environment; None for a direct connection.

    Raises:
        AccessError: When the environment names none that can be used.
    """
    parts = urlsplit(url)
    proxies = getproxies()
    variable = f"{parts.scheme.upper()}_PROXY" if proxies.get(parts.scheme) else "ALL_PROXY"
    named = proxies.get(parts.scheme) or proxies.get("all")
    if not named or proxy_bypass(parts.hostname or ""):
        return None
    problem = f"{variable} in the environment: expected a proxy URL such as http://127.0.0.1:3128"
    try:
        proxy = httpx.Proxy(named if "://" in named else f"http://{named}")
        port = urlsplit(str(proxy.url)).port
    except (ValueError, httpx.InvalidURL):
        raise AccessError(problem) from None
    if proxy.url.scheme not in _SCHEMES or not proxy.url.host or port == 0:
        raise AccessError(problem)
    if proxy.url.scheme.startswith("socks5") and find_spec("socksio") is None:
        raise AccessError(f"{variable} in the environment: a SOCKS proxy needs `pip install socksio`")
    return proxy


def shown_proxy(proxy: httpx.Proxy) -> str:
    """Write a proxy for people, without user name and password."""
    host = f"[{proxy.url.host}]" if ":" in proxy.url.host else proxy.url.host
    port = f":{proxy.url.port}" if proxy.url.port else ""
    return f"{proxy.url.scheme}://{host}{port}"
