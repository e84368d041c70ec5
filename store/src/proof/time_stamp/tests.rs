//! Against openssl's own authority; passed over where openssl is missing.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

/// An authority in a folder of its own: a root, and a certificate for time-stamps under it.
struct Authority(tempfile::TempDir);

const CONFIG: &str = include_str!("test_authority.cnf");

impl Authority {
    fn new(usage: &str, key: &[&str]) -> Option<Authority> {
        Command::new("openssl").arg("version").output().ok()?;
        let dir = tempfile::tempdir().unwrap();
        let authority = Authority(dir);
        std::fs::write(authority.path("conf"), CONFIG).unwrap();
        std::fs::write(authority.path("serial"), "01").unwrap();
        let new_key = [&["req", "-config", "conf", "-nodes", "-newkey"], key].concat();
        let root = [
            "-x509",
            "-days",
            "9",
            "-subj",
            "/CN=Root",
            "-extensions",
            "root",
        ];
        let files = ["-keyout", "root.key", "-out", "root.pem"];
        authority.openssl(&[new_key.as_slice(), &root, &files].concat());
        let files = [
            "-keyout",
            "tsa.key",
            "-out",
            "tsa.csr",
            "-subj",
            "/CN=Stamps",
        ];
        authority.openssl(&[new_key.as_slice(), &files].concat());
        authority.openssl(&[
            "x509",
            "-req",
            "-in",
            "tsa.csr",
            "-CA",
            "root.pem",
            "-CAkey",
            "root.key",
            "-CAcreateserial",
            "-days",
            "9",
            "-extfile",
            "conf",
            "-extensions",
            usage,
            "-out",
            "tsa.pem",
        ]);
        Some(authority)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn openssl(&self, arguments: &[&str]) {
        let output = Command::new("openssl")
            .current_dir(self.0.path())
            .args(arguments)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {said}");
    }

    fn reply(&self, query: Query) -> Vec<u8> {
        std::fs::write(self.path("query"), query.to_der().unwrap()).unwrap();
        self.openssl(&[
            "ts",
            "-reply",
            "-config",
            "conf",
            "-section",
            "tsa",
            "-queryfile",
            "query",
            "-signer",
            "tsa.pem",
            "-inkey",
            "tsa.key",
            "-out",
            "reply",
        ]);
        std::fs::read(self.path("reply")).unwrap()
    }

    fn roots(&self) -> Roots {
        roots(&self.path("root.pem"))
    }
}

fn roots(path: &Path) -> Roots {
    Roots::from_pem(&std::fs::read(path).unwrap()).unwrap()
}

const RSA: [&str; 1] = ["rsa:2048"];
const P256: [&str; 3] = ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"];

fn query(nonce: u64) -> Query {
    Query {
        digest: Hash::of(&[b"a note"]),
        nonce,
    }
}

#[test]
fn what_an_authority_stamps_is_verified() {
    for key in [RSA.as_slice(), &P256] {
        let Some(authority) = Authority::new("stamps", key) else {
            return;
        };
        // Nonces of all lengths, and with the highest bit set.
        for nonce in [1, 0x80, 0x0123_4567, u64::MAX] {
            let query = query(nonce);
            let reply = authority.reply(query);
            let stamped = verify(&reply, query.digest, Some(nonce), &authority.roots()).unwrap();
            assert_eq!(stamped.policy, "1.2.3.4.1");
            assert!(stamped.at.as_unix_s() > 1_700_000_000);
            assert!(authority.roots().holds(stamped.root));
        }
    }
}

#[test]
fn other_bytes_nonces_roots_and_uses_are_refused() {
    let (Some(ours), Some(other)) = (
        Authority::new("stamps", &P256),
        Authority::new("stamps", &P256),
    ) else {
        return;
    };
    let query = query(77);
    let reply = ours.reply(query);
    let refused = |digest, nonce, roots: &Roots| verify(&reply, digest, nonce, roots).unwrap_err();
    let elsewhere = Hash::of(&[b"another note"]);
    let (digest, roots) = (query.digest, ours.roots());
    assert_eq!(refused(elsewhere, None, &roots), TimeStampError::OtherBytes);
    assert_eq!(
        refused(digest, Some(78), &roots),
        TimeStampError::OtherNonce
    );
    assert_eq!(refused(digest, None, &other.roots()), TimeStampError::Chain);
    assert!(verify(&reply, digest, None, &other.roots().and(&roots)).is_ok());
    assert!(matches!(
        verify(&vec![0; REPLY_BYTES_MAX + 1], digest, None, &roots),
        Err(TimeStampError::TooLong)
    ));
    assert!(Roots::from_pem(b"no certificate").is_err());
}

#[test]
fn a_certificate_that_is_not_for_time_stamps_alone_is_refused() {
    // openssl itself signs with nothing else, so the certificate is exchanged afterwards.
    let Some(authority) = Authority::new("stamps", &P256) else {
        return;
    };
    authority.openssl(&[
        "x509",
        "-req",
        "-in",
        "tsa.csr",
        "-CA",
        "root.pem",
        "-CAkey",
        "root.key",
        "-days",
        "9",
        "-extfile",
        "conf",
        "-extensions",
        "loose",
        "-out",
        "loose.pem",
        "-CAcreateserial",
    ]);
    let loose = std::fs::read(authority.path("loose.pem")).unwrap();
    std::fs::write(authority.path("tsa.pem"), loose).unwrap();
    std::fs::write(authority.path("query"), query(1).to_der().unwrap()).unwrap();
    let refused = Command::new("openssl")
        .current_dir(authority.0.path())
        .args([
            "ts",
            "-reply",
            "-config",
            "conf",
            "-section",
            "tsa",
            "-queryfile",
            "query",
        ])
        .args(["-signer", "tsa.pem", "-inkey", "tsa.key", "-out", "reply"])
        .output()
        .unwrap();
    if refused.status.success() {
        let reply = std::fs::read(authority.path("reply")).unwrap();
        let error = verify(&reply, query(1).digest, None, &authority.roots()).unwrap_err();
        assert!(matches!(
            error,
            TimeStampError::Certificate(_) | TimeStampError::Declined(_)
        ));
    }
}

#[test]
fn every_flipped_bit_is_refused_or_changes_nothing_that_is_said() {
    let Some(authority) = Authority::new("stamps", &P256) else {
        return;
    };
    let query = query(0x1234_5678_9abc_def0);
    let reply = authority.reply(query);
    let roots = authority.roots();
    let whole = verify(&reply, query.digest, Some(query.nonce), &roots).unwrap();
    for bit in 0..reply.len() * 8 {
        let mut bad = reply.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        // Some bytes of a CMS message are signed by nobody, such as the status in front of it.
        if let Ok(said) = verify(&bad, query.digest, Some(query.nonce), &roots) {
            assert_eq!(said, whole, "bit {bit}");
        }
    }
}
