// --- all of it -------------------------------------------------------------------------------------

const CLASSES_ZH = { insufficient: "尚无法判断", quiet: "未见异常", first_party: "平台自己营销", disclosed: "已声明的第三方", leaked: "已泄露", resold: "被转卖" };

/** What fails, by its check. */
const FAILS_ZH = {
  archive: "证据包不是规定的格式",
  manifest: "清单、密钥或其签名不符",
  checkpoint: "检查点或日志的叶子与签名不符",
  against: "日志没有延续先前的检查点",
  entries: "条目与日志所承诺的不符",
  complete: "所给主体的条目不完整或不符",
  verdict: "由证据算不出所述结论",
};

async function run(zip, { vkey, against }, said) {
  const files = unpack(zip);
  said("archive", "holds", { en: `${files.size} files`, zh: `${files.size} 个文件` });
  const signed = await canSign();
  const { manifest, key } = await readManifest(files, vkey, signed);
  const whose = vkey
    ? { en: `signed by the key that you gave: ${vkey}`, zh: `由您给出的密钥签名：${vkey}` }
    : { en: `by the key in this bundle: ${manifest.vkey}; give the key, got another way, to know whose log this is`, zh: `由包内自带的密钥签名：${manifest.vkey}；请给出另行取得的密钥，才能知道这是谁的日志` };
  const unsigned = { en: "digests hold; this browser cannot check Ed25519 signatures here: use canaryline verify", zh: "摘要一致；此浏览器在此处无法核验 Ed25519 签名，请用 canaryline verify" };
  said("manifest", signed ? "holds" : "not_shown", signed ? whose : unsigned, manifest);
  const head = checkpoint(await note(textOf(files, "checkpoint", "checkpoint"), key, "checkpoint", { signed }), "checkpoint");
  need(head.origin === manifest.origin && head.size === manifest.entries, "checkpoint", "not the one that the manifest names");
  const seen = (against ?? []).map((words) => checkpoint(words.slice(0, words.indexOf("\n\n") + 1), "against"));
  const sizes = new Set([head.size, ...seen.map((c) => c.size)]);
  const { leaves, roots } = await readLeaves(textOf(files, "leaves.jsonl", "checkpoint"), sizes);
  need(leaves.length === head.size && same(roots.get(head.size), head.root), "checkpoint", "leaves are not those that were signed");
  said("checkpoint", signed ? "holds" : "not_shown", { en: `${head.size} entries of ${head.origin}`, zh: `${head.origin} 的 ${head.size} 个条目` });
  for (const { size, root } of seen)
    need(roots.has(size) && same(roots.get(size), root), "against", "the log does not continue a checkpoint that was seen earlier");
  if (seen.length) said("against", "holds", { en: `${seen.length} checkpoints seen earlier`, zh: `先前看到的 ${seen.length} 个检查点` });
  const entries = readEntries(files, leaves);
  said("entries", "holds", { en: `${entries.size} entries disclosed`, zh: `公开了 ${entries.size} 个条目` });
  const subjects = readSubjects(files, entries, leaves, manifest);
  said("complete", "holds", { en: `${subjects.size} subjects; that each is what it says (VRF) is not checked here`, zh: `${subjects.size} 个主体；此处不核验主体名称（VRF）` });
  const anchors = [...files.keys()].filter((name) => name.endsWith(".tsr") || name.endsWith(".cosigned")).length;
  said("anchors", "not_shown", { en: `${anchors} here; not checked in a browser: use canaryline verify`, zh: `共 ${anchors} 个；浏览器不核验，请用 canaryline verify` });
  said("requests", "not_shown", { en: "providers' own signatures are not checked in a browser: use canaryline verify", zh: "浏览器不核验服务商自己的签名，请用 canaryline verify" });
  const judgement = readVerdict(entries, manifest);
  const sure = judgement.probability.toFixed(4);
  said("verdict", "holds", { en: `${judgement.class}, probability ${sure}, computed again`, zh: `${CLASSES_ZH[judgement.class] ?? judgement.class}，概率 ${sure}，已重新计算` });
}

/** Checks a bundle's bytes: each check with how it came out; the first that fails is the last. */
export async function verifyBundle(zip, given = {}) {
  const result = { intact: true, about: null, checks: [] };
  const said = (check, outcome, detail, about) => {
    result.checks.push({ check, outcome, detail });
    result.about = about ?? result.about;
  };
  try {
    await run(zip, given, said);
  } catch (error) {
    const what = error instanceof Bad ? error.message : `not as the format says: ${error.message}`;
    const check = error instanceof Bad ? error.check : ["manifest", "checkpoint", "entries", "complete", "verdict"].find((c) => !result.checks.some((done) => done.check === c)) ?? "archive";
    result.intact = false;
    said(check, "fails", { en: what, zh: `${FAILS_ZH[check] ?? "核验未通过"}（${what}）` });
  }
  return result;
}
