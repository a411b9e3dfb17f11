"""The tables of goals: the goals and their periods, what was heard of posts, and the figures asked of it."""
