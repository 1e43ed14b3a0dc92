"""Rooms of incidents in chats: what is posted there, and what is heard (R30, R34)."""
