"""HTTP/1.1 on asyncio, as the router and the scoring server speak it: quick, bounded, and drained at the end."""
