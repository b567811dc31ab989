"""The demo: invented companies, people and products, and what they asked, decided and ordered in the last weeks.

`firms`, `people` and `catalogue` are plain tables, `world` writes them. `stage` is a clock that runs through the past,
and the moves people make on it, each by the service that the pages call; the `scenes_*` modules say who does what and
when. `seeding` puts it together, `export` and `logins` show what is there.
"""
