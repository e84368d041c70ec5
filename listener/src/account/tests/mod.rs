//! Accounts against a server on this machine that answers as providers document, and as they fail.

mod fake;

mod asking;
mod cxml;
mod plivo;
mod telnyx;
mod vonage;
