//! What do a million contacts of a business look like?

use super::super::*;
use super::model::Row;

const FIRST: [&str; 40] = [
    "James",
    "Mary",
    "Robert",
    "Patricia",
    "John",
    "Jennifer",
    "Michael",
    "Linda",
    "David",
    "Elizabeth",
    "William",
    "Barbara",
    "Richard",
    "Susan",
    "Joseph",
    "Jessica",
    "Thomas",
    "Karen",
    "Christopher",
    "Sarah",
    "Charles",
    "Lisa",
    "Daniel",
    "Nancy",
    "Matthew",
    "Sandra",
    "Anthony",
    "Ashley",
    "Mark",
    "Emily",
    "Jürgen",
    "Zoë",
    "José",
    "Anna",
    "Łukasz",
    "Björn",
    "Ana",
    "Ivan",
    "Marie",
    "Li",
];
const LAST: [&str; 40] = [
    "Smith",
    "Johnson",
    "Williams",
    "Brown",
    "Jones",
    "Garcia",
    "Miller",
    "Davis",
    "Rodriguez",
    "Martinez",
    "Hernandez",
    "Lopez",
    "Gonzalez",
    "Wilson",
    "Anderson",
    "Thomas",
    "Taylor",
    "Moore",
    "Jackson",
    "Martin",
    "Lee",
    "Perez",
    "Thompson",
    "White",
    "Harris",
    "Sanchez",
    "Clark",
    "Ramirez",
    "Lewis",
    "Robinson",
    "Müller",
    "Schmidt",
    "Nowak",
    "Novák",
    "Rossi",
    "Silva",
    "Santos",
    "Kowalski",
    "O'Neill",
    "Wang",
];
const ENDINGS: [&str; 16] = [
    "", "", "", "", "", "", "son", "er", "mann", "ski", "ez", "ova", "dóttir", "-Hill", "ini",
    "wala",
];
const DOMAINS: [&str; 8] = [
    "gmail.com",
    "outlook.com",
    "yahoo.com",
    "example.com",
    "example.org",
    "web.de",
    "acme.co",
    "mail.example.net",
];
const CATEGORIES: [&str; 7] = ["Lead", "Customer", "Partner", "Supplier", "Press", "Staff", ""];
const GROUPS: [&str; 9] =
    ["newsletter", "promo", "vip", "eu", "us", "latam", "beta", "churned", "trial"];
const CODES: [u64; 8] = [1, 1, 1, 44, 49, 55, 91, 52];

/// Numbers that look like chance, of a slot and a purpose.
pub(super) fn mixed(slot: u32, purpose: u64) -> u64 {
    let mut x = (u64::from(slot) << 8 | purpose).wrapping_add(0x9E37_79B9_7F4A_7C15);
    x = (x ^ x >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ x >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ x >> 31
}

fn one_of<T: Copy>(all: &[T], slot: u32, purpose: u64) -> T {
    all[(mixed(slot, purpose) % all.len() as u64) as usize]
}

fn number(slot: u32, purpose: u64) -> Option<PhoneNumber> {
    let code = one_of(&CODES, slot, purpose);
    let national = 2_000_000_000 + mixed(slot, purpose + 1) % 7_999_999_999;
    PhoneNumber::new(code * 10_000_000_000 + national).ok()
}

/// The contact of a slot, always the same.
pub(super) fn row(slot: u32) -> Row {
    let (first, last) = (one_of(&FIRST, slot, 1), one_of(&LAST, slot, 2));
    let ending = one_of(&ENDINGS, slot, 3);
    let created_at_us = 1_500_000_000_000_000
        + i64::from(slot) * 270_000_000
        + (mixed(slot, 4) % 200_000_000) as i64;
    let status = match mixed(slot, 5) % 100 {
        0..12 => ContactStatus::Blocked,
        12..20 => ContactStatus::Archived,
        _ => ContactStatus::Active,
    };
    let was_blocked = status == ContactStatus::Blocked || mixed(slot, 6).is_multiple_of(20);
    let in_group =
        |&(place, _): &(u64, &&str)| mixed(slot, 20 + place).is_multiple_of(3 + 3 * place);
    let email_name = format!("{}.{}{}", first, last, mixed(slot, 7) % 1_000).to_lowercase();
    let email_name: String = email_name.chars().filter(|c| c.is_ascii() && *c != '\'').collect();
    Row {
        name: format!("{first} {last}{ending}"),
        email: format!("{email_name}@{}", one_of(&DOMAINS, slot, 8)),
        category: one_of(&CATEGORIES, slot, 9).to_owned(),
        primary: number(slot, 10),
        secondary: number(slot, 12).filter(|_| mixed(slot, 14).is_multiple_of(4)),
        groups: (0..).zip(&GROUPS).filter(in_group).map(|(_, name)| (*name).to_owned()).collect(),
        status,
        created_at_us,
        blocked_at_us: was_blocked
            .then(|| created_at_us + (mixed(slot, 15) % 30_000_000_000_000) as i64),
    }
}
