//! The API's description of itself: routes describe themselves; what all have in common is here.

use utoipa::OpenApi;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    Content, OpenApi as Document, PathItem, Ref, RefOr, Response, ResponseBuilder, Schema,
};

use super::log;
use crate::problem::{MEDIA_TYPE, Problem};

/// Routes that need no key.
const OPEN: [&str; 4] = ["/healthz", "/readyz", "/metrics", "/v1/openapi.json"];
/// Where webhooks come in, which are signed.
const HOOKS: &str = "/hooks/";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "canaryline",
        description = "Traces data leaks with canary phone numbers. Times are RFC 3339 in UTC, \
                       numbers E.164, errors RFC 9457 problem documents."
    ),
    paths(log::tile, hook, hook_below, openapi),
    components(schemas(Problem))
)]
pub(super) struct Description;

/// Takes a webhook of the connection's provider. The answer is the provider's own: TwiML, NCCO,
/// empty, ….
#[utoipa::path(post, path = "/hooks/{connection}", tag = "hooks",
    params(("connection" = String, Path)),
    responses((status = 200, body = String, content_type = "*/*"),
        (status = 204), (status = 400, body = Problem), (status = 401, body = Problem),
        (status = 403, body = Problem), (status = 404, body = Problem),
        (status = 413, body = Problem), (status = 503, body = Problem)))]
#[expect(
    dead_code,
    reason = "the description of a route that takes any method and path"
)]
fn hook() {}

/// As without `rest`, which is what the provider appended to the connection's URL.
#[utoipa::path(post, path = "/hooks/{connection}/{rest}", tag = "hooks",
    params(("connection" = String, Path), ("rest" = String, Path)),
    responses((status = 200, body = String, content_type = "*/*"), (status = 204)))]
#[expect(
    dead_code,
    reason = "the description of a route that takes any method and path"
)]
fn hook_below() {}

/// This description.
#[utoipa::path(get, path = "/v1/openapi.json", tag = "operation",
    responses((status = 200, body = Object)))]
#[expect(dead_code, reason = "the description of a route that is made of it")]
fn openapi() {}

/// Adds to the routes' own descriptions what they have in common.
pub(super) fn complete(mut document: Document) -> Document {
    for (path, item) in &mut document.paths.paths {
        let hooks = path.starts_with(HOOKS);
        if hooks {
            // A webhook is taken by GET as by POST.
            item.get.clone_from(&item.post);
        }
        let open = hooks || OPEN.contains(&path.as_str());
        for (method, operation) in operations(item) {
            operation.operation_id = Some(name(method, path));
            with_problems(operation);
            if open {
                operation.security = Some(Vec::new());
            }
        }
    }
    let key = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("cnry_…")
        .build();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme("key", SecurityScheme::Http(key));
    document.security = Some(vec![SecurityRequirement::new("key", Vec::<String>::new())]);
    document
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let PathItem {
        get,
        put,
        post,
        delete,
        ..
    } = item;
    let methods = [
        ("get", get),
        ("put", put),
        ("post", post),
        ("delete", delete),
    ];
    let described = |(method, operation): (_, _)| Some((method, Option::as_mut(operation)?));
    methods.into_iter().filter_map(described)
}

/// A name of its own for each operation, such as `get_contacts_index`.
fn name(method: &str, path: &str) -> String {
    let parts = path
        .split('/')
        .filter(|part| !part.is_empty() && *part != "v1");
    let parts = parts.map(|part| part.trim_matches(['{', '}']).replace('.', "_"));
    [method.to_owned()]
        .into_iter()
        .chain(parts)
        .collect::<Vec<_>>()
        .join("_")
}

/// A refusal is a problem document: where the route names it, and wherever it does not.
fn with_problems(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    for response in responses.values_mut() {
        if let RefOr::T(response) = response
            && response.content.values().any(is_problem)
        {
            response.content = problem_content().content;
        }
    }
    responses.insert("default".to_owned(), RefOr::T(problem_content()));
}

fn is_problem(content: &RefOr<Content>) -> bool {
    let RefOr::T(Content {
        schema: Some(RefOr::Ref(reference)),
        ..
    }) = content
    else {
        return false;
    };
    reference.ref_location.ends_with("/Problem")
}

fn problem_content() -> Response {
    let schema: RefOr<Schema> = Ref::from_schema_name("Problem").into();
    ResponseBuilder::new()
        .description("Refused; `code` says why.")
        .content(MEDIA_TYPE, Content::new(Some(schema)))
        .build()
}
