"""The pages about WhatsApp groups that people run themselves, and about exported chats."""
