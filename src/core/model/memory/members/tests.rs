//! Consumers and groups take what creating them took on real servers.

use super::*;

fn server(product: Product, version: &str) -> Server {
    Server { product, version: Some(version.to_owned()), ..Server::default() }
}

/// A number that looks random, from a counter (splitmix64).
fn mixed(seed: u64) -> u64 {
    let mut x = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

fn names(of: impl Fn(u64) -> String) -> Vec<Name> {
    (0..2_000).map(|n| Name::from(of(n).as_str())).collect()
}

fn random(n: u64) -> String {
    format!("{:016x}", mixed(n))
}

fn uuid(n: u64) -> String {
    let (a, b) = (mixed(2 * n), mixed(2 * n + 1));
    format!(
        "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
        a >> 32,
        a as u16,
        a as u32 >> 16,
        b >> 48,
        b & 0xffff_ffff_ffff
    )
}

/// Bytes of each, measured on servers of each kind with 100,000 of a kind of names: counted up, random, UUIDs, long.
#[test]
fn consumers_and_groups_take_what_creating_them_took() {
    let redis = |version| server(Product::Redis, version);
    let all_names = [
        names(|n| format!("c{}", 10_000 + n)),
        names(|n| format!("3f2b8c1e-0001-4d5e-{n:012}")),
        names(random),
        names(uuid),
        names(|n| format!("{:x<60}{}{}{:08x}", "", random(n), random(n + 2_000), mixed(n) as u32)),
    ];
    for (server, allocator, consumers, groups) in [
        (
            redis("5.0.10"),
            "jemalloc-5.1.0",
            [89.6, 122.7, 135.1, 175.1, 247.1],
            [121.6, 122.7, 151.1, 175.1, 175.1],
        ),
        (redis("6.2.14"), "libc", [128.0, 147.6, 160.3, 208.0, 272.2], [168.0, 171.6, 200.1, 232.1, 232.1]),
        (
            redis("7.0.15"),
            "jemalloc-5.3.0",
            [105.7, 146.7, 169.1, 201.1, 265.1],
            [153.6, 154.7, 193.1, 209.1, 209.1],
        ),
        (
            redis("8.2.3"),
            "jemalloc-5.3.0",
            [97.7, 130.7, 143.1, 183.1, 255.1],
            [129.6, 130.7, 159.1, 183.1, 183.1],
        ),
        (
            server(Product::Valkey, "8.1.8"),
            "libc",
            [160.5, 179.7, 191.8, 240.1, 304.1],
            [200.0, 203.6, 232.3, 263.9, 263.9],
        ),
    ] {
        let cost = MemberCost::on(&server, Some(allocator)).unwrap();
        for (names, measured) in all_names.iter().zip(consumers.iter().zip(groups)) {
            for (worked_out, measured) in
                [(cost.of_consumers(names.iter()), *measured.0), (cost.of_groups(names.iter()), measured.1)]
            {
                let ratio = worked_out / measured;
                assert!((ratio - 1.0).abs() < 0.08, "{server:?} {}: {worked_out} of {measured}", names[7]);
            }
        }
    }
}

/// Bytes of each of 20,000 and more consumers, by the length of their names: random ones, and ones with a long common
/// beginning and a number.
#[test]
fn names_that_nobody_has_seen_take_what_their_length_says_and_at_least_what_the_shortest_take() {
    let cost = MemberCost::on(&server(Product::Redis, "7.0.15"), Some("jemalloc-5.3.0")).unwrap();
    for (length, measured) in [
        (4.0, 121.6),
        (4.0, 107.3),
        (5.9, 105.7),
        (8.0, 136.5),
        (8.0, 114.7),
        (16.0, 169.1),
        (31.0, 146.7),
        (36.0, 201.1),
        (55.0, 217.6),
        (100.0, 328.5),
        (100.0, 210.7),
        (300.0, 742.2),
        (300.0, 418.8),
    ] {
        let told = cost.of_unseen_consumer(60_000, length);
        assert!((told / measured - 1.0).abs() < 0.3, "{length}: {told} of {measured}");
        assert!(cost.least_of_consumer() <= measured, "{measured}");
    }
}

#[test]
fn nobody_takes_nothing_and_names_within_names_have_an_end() {
    let cost = MemberCost::on(&server(Product::Redis, "7.0.15"), None).unwrap();
    assert_eq!((cost.of_consumers(std::iter::empty()), cost.of_groups(std::iter::empty())), (0.0, 0.0));
    let nested: Vec<Name> = (0..2_000).map(|n| Name::from("a".repeat(n).as_str())).collect();
    assert!(cost.of_consumers(nested.iter()) > 100.0);
    assert_eq!(MemberCost::on(&server(Product::Other("dragonfly".into()), "1.0"), None), None);
}
