"""Many meetings at once: which ones, within what money and pace, each drafted once, with a table at the end.

One machine by default, many by a queue; all of them do the same work on a slot (`slots.draft_slot`).
"""
