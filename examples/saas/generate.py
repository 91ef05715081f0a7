"""Writes data/ and expected.csv of the subscription example, the same bytes at every run.

    pip install duckdb
    python generate.py

expected.csv is computed here by SQL on DuckDB, which shares no code with the project.
"""
import csv, datetime as dt, random
from pathlib import Path

import duckdb

HERE = Path(__file__).parent
DATA = HERE / "data"
R = random.Random(7)
MONTHS = [dt.date(2024 + m // 12, m % 12 + 1, 1) for m in range(30)]
PRICE = {"starter": 90, "team": 310, "business": 1150}
PLANS = {"small": [6, 3, 1], "mid-market": [2, 5, 3], "enterprise": [1, 3, 6]}


def write(name, header, rows, delimiter=","):
    with open(DATA / name, "w", newline="", encoding="utf-8") as f:
        w = csv.writer(f, delimiter=delimiter, lineterminator="\n")
        w.writerow(header)
        w.writerows(rows)


accounts, billing, movements, live = [], [], [], {}
for i, month in enumerate(MONTHS):
    for account in list(live):
        plan, seats = live[account]
        roll = R.random()
        day = month + dt.timedelta(days=R.randint(0, 27))
        old = PRICE[plan] * seats
        if roll < 0.022:
            movements.append([len(movements) + 1, account, day, "churn", f"{old:.2f}"])
            del live[account]
            continue
        if roll < 0.058:
            seats += R.randint(1, 3)
        elif roll < 0.095 and seats > 1:
            seats -= 1
        elif roll < 0.11 and plan != "business":
            plan = {"starter": "team", "team": "business"}[plan]
        new = PRICE[plan] * seats
        if new != old:
            movements.append([len(movements) + 1, account, day, "expansion" if new > old else "contraction", f"{abs(new - old):.2f}"])
        live[account] = (plan, seats)
    for _ in range(R.randint(3, 7) if i else 70):
        segment = R.choices(list(PLANS), [5, 3, 1])[0]
        account = f"A{len(accounts) + 1:04d}"
        day = month + dt.timedelta(days=R.randint(0, 27))
        accounts.append([account, segment, R.choice(["US", "CA", "MX"]), day])
        plan, seats = R.choices(list(PRICE), PLANS[segment])[0], R.randint(1, 3)
        live[account] = (plan, seats)
        movements.append([len(movements) + 1, account, day, "new", f"{PRICE[plan] * seats:.2f}"])
    billing += [[a, month, p, f"{PRICE[p] * s:.2f}"] for a, (p, s) in sorted(live.items())]
movements += R.sample(movements, 12)  # sent twice
spend = []
for month in MONTHS:
    for channel in ["search", "events", "partners", "sales team"]:
        spend.append([month + dt.timedelta(days=14), channel, f"{R.uniform(2500, 11000):.2f}"])
    if R.random() < 0.2:
        spend.append([month + dt.timedelta(days=20), "events", "-120.00"])
budget = [[dt.date(2026, m + 1, 1), f"{205000 + 4500 * m}.00"] for m in range(12)]
write("accounts.csv", ["account_id", "segment", "country", "signed_on"], accounts)
write("billing.csv", ["account_id", "month", "plan", "mrr"], billing)
write("movements.csv", ["movement_id", "account_id", "moved_on", "kind", "amount"], movements)
write("spend.csv", ["booked_on", "channel", "amount"], spend, ";")
write("budget.csv", ["month", "mrr"], budget)

con = duckdb.connect()
con.execute(f"""
create table a as select * from read_csv('{DATA}/accounts.csv', header=true);
create table b as select account_id, month::date m, plan, mrr::decimal(18,2) mrr from read_csv('{DATA}/billing.csv', header=true, all_varchar=true);
create table v as select distinct movement_id, account_id, moved_on::date d, kind, amount::decimal(18,2) amount from read_csv('{DATA}/movements.csv', header=true, all_varchar=true);
create table s as select booked_on::date d, amount::decimal(18,2) amount from read_csv('{DATA}/spend.csv', header=true, delim=';', all_varchar=true) where amount::decimal(18,2) >= 0;
create table w as
  select unnest(generate_series(date '2024-01-01', date '2026-06-01', interval 1 month))::date a, (a + interval 1 month)::date b, strftime(a, '%Y-%m') p, 1 n
  union all select unnest(generate_series(date '2024-01-01', date '2026-04-01', interval 3 month))::date a, (a + interval 3 month)::date b, year(a) || '-Q' || quarter(a) p, 3 n;
""")
out = []


def add(name, sql):
    """`sql` gives the value for the window w.a to w.b of w.n months; w.l is its last month."""
    query = f"select p, ({sql}) from (select *, (b - interval 1 month)::date l, (a - interval 1 month)::date pl from w) w order by n, a"
    for period, value in con.execute(query).fetchall():
        out.append([name, period, "", "" if value is None else repr(float(value))])


mrr = "(select sum(mrr) from b where m = w.l)"
then = "(select sum(mrr) from b where m = w.l - interval 1 year)"
add("mrr", mrr)
add("arr", f"{mrr} * 12")
add("net_revenue_retention", f"(select coalesce(sum(mrr), 0) from b where m = w.l and account_id in (select account_id from b where m = w.l - interval 1 year)) / {then}::double")
add("logo_churn", """(select count(*) filter (account_id not in (select account_id from b where m = w.l)) / nullif(count(*), 0)::double
  from b where m = w.pl)""")
won = "(select count(*) from b where m = w.l and account_id not in (select account_id from b where m = w.pl))"
add("won", f"case when w.a = date '2024-01-01' then null else {won} end")
add("quick_ratio", """(select sum(amount) filter (kind in ('new', 'expansion')) / nullif(sum(amount) filter (kind in ('contraction', 'churn')), 0)::double
  from v where d >= w.a and d < w.b)""")
add("expansion", "(select coalesce(sum(amount) filter (kind = 'expansion'), 0) from v where d >= w.a and d < w.b)")
add("revenue_per_account", f"{mrr} / (select count(distinct account_id) from b where m = w.l)::double")
add("cac", f"case when w.a = date '2024-01-01' then null else (select sum(amount) from s where d >= w.a and d < w.b) / nullif({won}, 0)::double end")
for segment in ["enterprise", "mid-market", "small"]:
    for period, value in con.execute(f"""select p, (select coalesce(sum(mrr), 0) from b join a using (account_id)
        where m = (w.b - interval 1 month)::date and segment = '{segment}') from w order by n, a""").fetchall():
        out.append(["mrr", period, f"segment={segment}", repr(float(value))])
with open(HERE / "expected.csv", "w", newline="", encoding="utf-8") as f:
    w = csv.writer(f, lineterminator="\n")
    w.writerow(["indicator", "period", "slice", "value"])
    w.writerows(out)
print(len(accounts), "accounts", len(billing), "billing rows", len(movements), "movements", len(out), "expected values")
