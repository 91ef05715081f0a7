"""Writes data/ and expected.csv of the support example, the same bytes at every run.

    pip install duckdb
    python generate.py

expected.csv is computed here by SQL on DuckDB, which shares no code with the project.
"""
import csv, datetime as dt, json, random
from pathlib import Path
from zoneinfo import ZoneInfo

import duckdb

HERE = Path(__file__).parent
DATA = HERE / "data"
R = random.Random(11)
LONDON = ZoneInfo("Europe/London")
HOLIDAYS = {dt.date.fromisoformat(d) for d in """2025-01-01 2025-04-18 2025-04-21 2025-05-05 2025-05-26 2025-08-25 2025-12-25
2025-12-26 2026-01-01 2026-04-03 2026-04-06 2026-05-04 2026-05-25 2026-08-31 2026-12-25 2026-12-28""".split()}
D0, D1 = dt.date(2025, 1, 1), dt.date(2026, 7, 31)


def working(d):
    return d.weekday() < 5 and d not in HOLIDAYS


agents = [[f"G{n:02d}", ["Leeds", "Lisbon"][n % 2], D0 - dt.timedelta(days=R.randint(30, 1500))] for n in range(1, 13)]
teams = {a[0]: ["billing", "product", "onboarding"][i % 3] for i, a in enumerate(agents)}
tickets, roster, d = [], [], D0
while d <= D1:
    if working(d):
        for agent in teams:
            if R.random() < 0.75:
                roster.append([agent, d, teams[agent], R.choice([240, 300, 360, 420, 450])])
    for _ in range(R.randint(2, 9) if working(d) else R.randint(0, 2)):
        opened = dt.datetime.combine(d, dt.time(R.randint(0, 23), R.randint(0, 59), R.randint(0, 59)), LONDON)
        priority = R.choices(["low", "normal", "urgent"], [3, 5, 2])[0]
        wait = R.lognormvariate({"low": 1.8, "normal": 1.2, "urgent": -0.7}[priority], 0.8)
        answered = opened.astimezone(ZoneInfo("UTC")) + dt.timedelta(hours=round(wait, 3))
        solved = answered + dt.timedelta(hours=round(R.lognormvariate(3.2, 1.1), 2))
        last = dt.datetime.combine(D1, dt.time(23, 59, 59), LONDON)
        agent = R.choice(list(teams))
        rating = min(5, max(1, round(R.gauss(4.1, 0.9)))) if R.random() < 0.35 else None
        iso = lambda t: t.isoformat(timespec="seconds")
        tickets.append({
            "id": f"T{len(tickets) + 1:05d}", "opened_at": iso(opened),
            "answered_at": iso(answered).replace("+00:00", "Z") if answered <= last else None,
            "solved_at": iso(solved).replace("+00:00", "Z") if solved <= last and R.random() > 0.012 else None,
            "priority": priority if R.random() > 0.01 else None, "channel": R.choice(["mail", "chat", "phone"]),
            "assignee": {"id": agent, "team": teams[agent]}, "reopened": R.random() < 0.07, "rating": rating,
        })
    d += dt.timedelta(days=1)
tickets += R.sample(tickets, 25)
(DATA / "tickets.json").write_text("[\n" + ",\n".join(json.dumps(t) for t in tickets) + "\n]\n", encoding="utf-8")
(DATA / "agents.ndjson").write_text("".join(json.dumps({"agent_id": a, "site": s, "hired_on": h.isoformat()}) + "\n" for a, s, h in agents), encoding="utf-8")
with open(DATA / "roster.csv", "w", newline="", encoding="utf-8") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow(["agent_id", "worked_on", "team", "time_worked"])
    w.writerows(roster)

con = duckdb.connect()
con.execute("create table h(d date)")
con.executemany("insert into h values (?)", [[d] for d in sorted(HOLIDAYS)])
con.execute("create table t_raw(id text, opened timestamp, answered timestamp, solved timestamp, priority text, agent text, team text, reopened bool, rating int)")


def local(text):
    return text and dt.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(LONDON).replace(tzinfo=None)


con.executemany("insert into t_raw values (?,?,?,?,?,?,?,?,?)", [[t["id"], local(t["opened_at"]), local(t["answered_at"]), local(t["solved_at"]),
    t["priority"], t["assignee"]["id"], t["assignee"]["team"], t["reopened"], t["rating"]] for t in tickets])
con.execute("create table r(agent text, d date, team text, m int)")
con.executemany("insert into r values (?,?,?,?)", roster)
con.execute("create table g(agent text, site text, hired date)")
con.executemany("insert into g values (?,?,?)", agents)
con.execute("""
create table t as select distinct *, opened::date o, solved::date s, date_diff('microsecond', opened, answered) / 3.6e9 wait from t_raw where priority is not null;
create table days as select unnest(generate_series(date '2024-12-01', date '2026-09-01', interval 1 day))::date d;
create table wd as select d from days where isodow(d) < 6 and d not in (select d from h);
create table w as
  select unnest(generate_series(date '2025-01-01', date '2026-07-01', interval 1 month))::date a, (a + interval 1 month)::date b, strftime(a, '%Y-%m') p
  union all select unnest(generate_series(date '2025-01-01', date '2026-04-01', interval 3 month))::date a, (a + interval 3 month)::date b,
    'FY' || (year(a) + case when month(a) >= 4 then 1 else 0 end) || '-Q' || ((quarter(a) + 2) % 4 + 1) p
  union all select date '2025-04-01', date '2026-04-01', 'FY2026';
create table tw as select *, (select count(*) from wd where wd.d >= o and wd.d < s) n from t;
""")
out = []
IN, SOLVED = "opened >= w.a and opened < w.b", "solved >= w.a and solved < w.b"


def add(name, sql, slice_=""):
    for period, value in con.execute(f"select p, ({sql}) from w order by b - a, a").fetchall():
        out.append([name, period, slice_, "" if value is None else repr(float(value))])


add("opened", f"select count(*) from t where {IN}")
add("solved", f"select count(*) from t where {SOLVED}")
add("first_answer", f"select quantile_cont(wait, 0.5) from t where {IN}")
add("solved_in_time", f"select count(*) filter (n <= 3) / nullif(count(*), 0)::double from tw where {SOLVED}")
add("reopened", f"select count(*) filter (reopened) / nullif(count(*), 0)::double from t where {IN}")
add("backlog", "select (select count(*) from t where opened < w.b) - (select count(*) from t where solved < w.b)")
add("satisfaction", f"select case when count(rating) >= 20 then count(*) filter (rating >= 4) / count(rating)::double end from t where {IN}")
add("hours_worked", "select coalesce(sum(m), 0) / 60.0 from r where d >= w.a and d < w.b")
add("time_per_ticket", f"select (select sum(m) / 60.0 from r where d >= w.a and d < w.b) / (select count(*) from t where {SOLVED})::double")
add("urgent_in_time", f"""select count(*) filter (wait <= case when opened >= timestamp '2026-04-01' then 0.5 else 1 end) / nullif(count(*), 0)::double
    from t where {IN} and priority = 'urgent'""")
add("weekly_peak", f"""select max(n) from (select (select count(*) from t where o >= m and o < m + 7 and o >= date '2025-01-01') n
    from (select unnest(generate_series(date '2024-12-30', date '2026-07-27', interval 7 day))::date m) where m + 6 >= w.a and m + 6 < w.b)""")
for site in ["Leeds", "Lisbon"]:
    add("opened", f"select count(*) from t join g using (agent) where site = '{site}' and {IN}", f"site={site}")
    add("hours_worked", f"select coalesce(sum(m), 0) / 60.0 from r join g using (agent) where site = '{site}' and d >= w.a and d < w.b", f"site={site}")
for team in ["billing", "onboarding", "product"]:
    add("reopened", f"select count(*) filter (reopened) / nullif(count(*), 0)::double from t where team = '{team}' and {IN}", f"team={team}")
with open(HERE / "expected.csv", "w", newline="", encoding="utf-8") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow(["indicator", "period", "slice", "value"])
    w.writerows(out)
print(len(tickets), "tickets", len(roster), "roster rows", len(out), "expected values")
