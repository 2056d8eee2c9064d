"""The pages and doors of channels: one's own devices and chats, and for administrators the accounts and wordings."""
