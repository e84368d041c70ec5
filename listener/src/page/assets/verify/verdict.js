// --- the verdict -----------------------------------------------------------------------------------

const near = (a, b) => Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));

function recompute(j) {
  const check = "verdict";
  const total = Object.values(j.factors).reduce((sum, x) => sum + x, 0);
  const prior = Math.min(Math.max(j.policy.prior, 1e-6), 1 - 1e-6);
  need(j.frozen || Math.abs(total - j.log_e) <= 1e-9 * Math.max(Math.abs(total), 1), check, "log_e does not follow");
  const odds = -(Math.log(prior / (1 - prior)) + j.log_e);
  need(near(1 / (1 + Math.exp(odds)), j.probability), check, "probability does not follow");
  const logs = j.all_log_e;
  need(logs.every((x, n) => n === 0 || logs[n - 1] >= x) && logs.includes(j.log_e), check, "all_log_e does not follow");
  let least = 1;
  const levels = logs.map((log, n) => (j.watched / (n + 1)) * Math.exp(-Math.min(log, 700)));
  for (let n = levels.length - 1; n >= 0; n -= 1) levels[n] = least = Math.min(least, levels[n]);
  need(near(levels[logs.indexOf(j.log_e)], j.fdr), check, "fdr does not follow");
  const counted = {};
  for (const cause of Object.values(j.causes ?? {})) counted[cause] = (counted[cause] ?? 0) + 1;
  const causes = new Set([...Object.keys(counted), ...Object.keys(j.contacts)]);
  need([...causes].every((cause) => counted[cause] === j.contacts[cause]), check, "contacts do not follow");
  const began = (j.buyers_began ?? []).map((at) => Math.floor(micros(at, check) / 1e6));
  if (j.flagged_at) {
    const long = began.length >= 3 && Math.floor((Math.max(...began) - Math.min(...began)) / 86400) >= 30;
    return j.resold_before || long ? "resold" : "leaked";
  }
  if ((counted.disclosed_partner ?? 0) > 0) return "disclosed";
  if ((counted.first_party ?? 0) > 1) return "first_party";
  return j.exposure_days < 45 ? "insufficient" : "quiet";
}

function readVerdict(entries, manifest) {
  const check = "verdict";
  const index = manifest.judgement;
  const judgement = entries.get(index)?.values;
  need(judgement?.kind === "judgement", check, `entry ${index} is no open judgement`);
  need(judgement.platform === manifest.platform && judgement.entries <= index, check, "the judgement is another's");
  need(recompute(judgement) === judgement.class, check, "class does not follow");
  const placed = [...entries].filter(([, { values: v }]) => v?.kind === "honeytoken_issued" && v.platform === manifest.platform);
  need(placed.filter(([i]) => i < judgement.entries).length === judgement.canaries, check, "it counts other numbers than the bundle holds");
  const subjects = new Set(placed.map(([, { subject }]) => subject));
  for (const cited of Object.keys(judgement.causes ?? {})) {
    const of = entries.get(Number(cited));
    const told = of && (!of.values || ["contact", "repeat", "attachment"].includes(of.values.kind));
    need(told && subjects.has(of.subject) && Number(cited) < judgement.entries, check, `it counts entry ${cited}, which is no contact`);
  }
  need(judgement.evidence.every((i) => String(i) in (judgement.causes ?? {})), check, "it cites what it does not count");
  return judgement;
}

