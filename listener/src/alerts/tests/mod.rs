//! Alerts without sockets (`story`, `fold`), against a receiver that misbehaves (`wire`), and by
//! mail (`mail`).

mod courier;
mod fold;
mod mail;
mod raising;
mod story;
mod wire;
