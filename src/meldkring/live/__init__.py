"""How does a page that is open now see what is written now?

`hub` knows which open page follows which group, `stream` is the ASGI endpoint such a page is connected to,
`feeder` brings what was written to the hub. Plain asyncio: no Django, no database, no other part.
"""
