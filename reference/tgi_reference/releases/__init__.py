"""The releases of TGI that this server can stand in for."""
