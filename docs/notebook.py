# %% [markdown]
# # Exports of Canaryline in pandas
#
# A notebook as plain text ("percent format"): VS Code, PyCharm, Spyder and, with `jupytext`, JupyterLab
# open it as cells; `python docs/notebook.py` runs it from top to bottom. It needs `pandas` and `pyarrow`.
#
# ```sh
# for table in contacts exposure verdicts campaigns; do
#   canaryline export $table --format parquet --data DIR --out $table.parquet
# done
# CANARYLINE_EXPORTS=. python docs/notebook.py
# ```
#
# Columns are described in [exports.md](exports.md). `line` stands for a number, also where the preset
# closes the number itself; `cause` says why a contact happened, as judged at the end of the log.

# %%
import os
from pathlib import Path

import pandas as pd

folder = Path(os.environ.get("CANARYLINE_EXPORTS", "."))
contacts, exposure, verdicts, campaigns = (
    pd.read_parquet(folder / f"{name}.parquet")
    for name in ["contacts", "exposure", "verdicts", "campaigns"]
)
# The first telling of each contact.
contacts = contacts[contacts["duplicate_of"].isna()]
print(f"{len(contacts)} contacts on {contacts['line'].nunique()} lines")

# %% [markdown]
# ## What does a number get anyway?
#
# Controls were never given to anybody. Their contacts per proven day are the background that all other
# lines are to be compared with.

# %%
controls = exposure[exposure["role"] == "control"]
on_controls = contacts[contacts["line"].isin(controls["line"])]
days = controls["live_hours"].sum() / 24
print(f"background: {len(on_controls) / days:.3f} contacts per line and day, over {days:.0f} line days")

# %% [markdown]
# ## And on each platform's numbers, by cause?

# %%
placed = exposure.dropna(subset=["platform"])
live_days = placed.groupby("platform")["live_hours"].sum() / 24
counts = contacts.dropna(subset=["platform"]).groupby(["platform", "cause"]).size().unstack(fill_value=0)
rates = counts.div(live_days, axis=0).fillna(0)
print(rates.round(3).to_string())

# %% [markdown]
# ## How long did a leak take to show?
#
# Days from a number's registration to the first leak contact on it. Numbers without one are censored,
# not fast: here they are only counted.

# %%
leaks = contacts[contacts["cause"] == "leak"]
# Of a line that several platforms share, the platform that the contact came through counts.
first = leaks.groupby(["platform", "line"])["received_at"].min().rename("first_leak_at").reset_index()
waits = placed.merge(first, on=["platform", "line"], how="left")
waits["days"] = (waits["first_leak_at"] - waits["registered_at"]).dt.total_seconds() / 86400
shown = waits.groupby("platform")["days"].agg(numbers="size", hit="count", median_days="median")
print(shown[shown["hit"] > 0].round(1).to_string())

# %% [markdown]
# ## What is said of the platforms
#
# A small `fdr` is strong evidence. `insufficient` is an answer: not watched long enough to say.

# %%
columns = ["platform", "class", "e_value", "fdr", "canaries_hit", "canaries", "contacts_leak"]
print(verdicts.sort_values("fdr")[columns].to_string(index=False))

# %% [markdown]
# ## Who calls

# %%
largest = campaigns.sort_values("contacts", ascending=False).head(5)
print(largest[["campaign", "contacts", "numbers", "category", "platforms"]].to_string(index=False))
