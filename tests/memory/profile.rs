//! `check` with the profile of a KPI cache, while its memory fills: ok, then a warning, then critical.

use crate::server::{Server, kinds};
use crate::watch::{connection, memory, server};
use std::process::Command;

const LIMIT: u64 = 48 << 20;
/// Limits that a busy machine alone goes beyond.
const UNHURRIED: &str = "ping_longest_ms_warning = \"off\"\nping_longest_ms_critical = \"off\"\n\
                         ping_median_ms_warning = \"off\"\nping_median_ms_critical = \"off\"\n\
                         loop_ms_warning = \"off\"\nloop_ms_critical = \"off\"\n";

/// The profile as config.example.toml has it. What a machine that does other things makes late is not looked at.
fn profile() -> String {
    let example = include_str!("../../config.example.toml");
    let lines = example.lines().skip_while(|line| !line.starts_with("# A KPI cache:"));
    let lines = lines.skip_while(|line| *line != "# [thresholds]").take_while(|line| !line.is_empty());
    let text: String = lines.map(|line| format!("{}\n", line.strip_prefix("# ").unwrap())).collect();
    text.replacen("[thresholds]\n", &format!("[thresholds]\n{UNHURRIED}"), 1)
}

fn fill_to(connection: &mut redis::Connection, share: f64, key: &mut u32) {
    while (memory(connection, "used_memory") as f64) < LIMIT as f64 * share {
        let mut pipe = redis::pipe();
        for _ in 0..20 {
            pipe.cmd("SET")
                .arg(format!("dashboard:{key}"))
                .arg("v".repeat(8_000))
                .arg("EX")
                .arg(290)
                .ignore();
            *key += 1;
        }
        pipe.exec(connection).unwrap();
    }
}

fn check(server: &Server, config: &std::path::Path) -> (Option<i32>, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_streamgauge"))
        .args(["check", "--for", "6s", "-u"])
        .arg(format!("redis+unix://{}", server.socket().display()))
        .arg("--config")
        .arg(config)
        .env_remove("REDIS_URL")
        .output()
        .unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_cache_that_fills_is_ok_then_a_warning_then_critical() {
    let kind = kinds()[0];
    let limit = LIMIT.to_string();
    let server = server(kind, &["--maxmemory", &limit, "--maxmemory-policy", "allkeys-lru"]);
    let config = server.folder().join("profile.toml");
    std::fs::write(&config, profile()).unwrap();
    let (mut connection, mut key) = (connection(&server), 0);
    // Queues of background work live beside the cache.
    redis::cmd("RPUSH").arg(&["kpis", "job"]).exec(&mut connection).unwrap();
    for (share, status, finding) in
        [(0.6, 0, None), (0.93, 1, Some("memory.near_limit")), (0.985, 2, Some("memory.near_limit"))]
    {
        fill_to(&mut connection, share, &mut key);
        let (mut code, mut page) = check(&server, &config);
        // A busy machine reads too little in a check now and then.
        for _ in 0..5 {
            if code == Some(status) {
                break;
            }
            (code, page) = check(&server, &config);
        }
        assert_eq!(code, Some(status), "{share}: {page}");
        assert!(finding.is_none_or(|id| page.contains(id)), "{share}: {page}");
    }
}
