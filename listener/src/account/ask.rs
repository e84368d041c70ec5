//! What is asked of a provider's API.

use reqwest::Method;
use serde_json::Value;

/// A request, as far as it does not depend on the account.
pub(crate) struct Ask {
    pub(super) method: Method,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: Vec<(String, String)>,
    pub(super) body: Content,
    /// Whether asking twice does no more than asking once.
    pub(super) repeatable: bool,
}

/// The body of a request.
pub(super) enum Content {
    Nothing,
    Form(Vec<(String, String)>),
    Json(Value),
}

impl Ask {
    fn new(method: Method, host: &str, path: String, body: Content) -> Ask {
        let repeatable = method != Method::POST;
        Ask {
            method,
            host: host.to_owned(),
            path,
            query: Vec::new(),
            body,
            repeatable,
        }
    }

    pub(crate) fn get(host: &str, path: impl Into<String>) -> Ask {
        Ask::new(Method::GET, host, path.into(), Content::Nothing)
    }

    pub(crate) fn delete(host: &str, path: impl Into<String>) -> Ask {
        Ask::new(Method::DELETE, host, path.into(), Content::Nothing)
    }

    pub(crate) fn form(host: &str, path: impl Into<String>, fields: &[(&str, &str)]) -> Ask {
        let body = Content::Form(owned(fields));
        Ask::new(Method::POST, host, path.into(), body)
    }

    pub(crate) fn post(host: &str, path: impl Into<String>, body: Value) -> Ask {
        Ask::new(Method::POST, host, path.into(), Content::Json(body))
    }

    pub(crate) fn put(host: &str, path: impl Into<String>, body: Value) -> Ask {
        Ask::new(Method::PUT, host, path.into(), Content::Json(body))
    }

    pub(crate) fn patch(host: &str, path: impl Into<String>, body: Value) -> Ask {
        Ask::new(Method::PATCH, host, path.into(), Content::Json(body))
    }

    #[must_use]
    pub(crate) fn query(mut self, fields: &[(&str, &str)]) -> Ask {
        self.query.extend(owned(fields));
        self
    }

    /// A POST that sets something: twice is as good as once.
    #[must_use]
    pub(crate) fn repeatable(self) -> Ask {
        Ask {
            repeatable: true,
            ..self
        }
    }
}

fn owned(fields: &[(&str, &str)]) -> Vec<(String, String)> {
    let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    fields.iter().map(pair).collect()
}
