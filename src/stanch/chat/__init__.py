"""Rooms of incidents in chats: what is posted there, and how messages become entries (R30, R34)."""
