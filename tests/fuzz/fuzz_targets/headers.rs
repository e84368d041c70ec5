#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| canaryline_fuzz::headers(data));
