//! The page on loopback: read-only, for whoever sits at this machine.

use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use tokio::sync::watch;

use crate::cli::ui::Failure;
use crate::diagnostic::say;
use crate::render::live::Page;

type Pages = watch::Receiver<Page>;

pub struct Server {
    address: SocketAddr,
    pages: watch::Sender<Page>,
}

impl Server {
    /// Serves a first page on a free port, until the process ends.
    pub fn start(page: Page) -> Result<Server, Failure> {
        let cannot = |error: std::io::Error| {
            Failure::usage(say!("cannot serve on 127.0.0.1: {error}", "无法在 127.0.0.1 上提供页面：{error}"))
        };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(cannot)?;
        listener.set_nonblocking(true).map_err(cannot)?;
        let address = listener.local_addr().map_err(cannot)?;
        let (pages, shown) = watch::channel(page);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(cannot)?;
        let listener = {
            let _inside = runtime.enter();
            tokio::net::TcpListener::from_std(listener).map_err(cannot)?
        };
        let serve = move || {
            let _ = runtime.block_on(axum::serve(listener, app(address, shown)).into_future());
        };
        std::thread::Builder::new().name("kpi-serve".to_string()).spawn(serve).map_err(cannot)?;
        Ok(Server { address, pages })
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Shows another page, also where one is open.
    pub fn show(&self, page: Page) {
        self.pages.send_if_modified(|shown| {
            let other = *shown != page;
            *shown = page;
            other
        });
    }
}

fn app(address: SocketAddr, pages: Pages) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/events", get(events))
        .with_state(pages)
        .layer(middleware::from_fn(move |request, next| guard(address, request, next)))
}

async fn page(State(pages): State<Pages>) -> impl IntoResponse {
    let Page { html, policy, .. } = pages.borrow().clone();
    ([(header::CONTENT_SECURITY_POLICY, policy)], Html(html))
}

/// What page there is: now, and whenever there is another.
async fn events(State(pages): State<Pages>) -> impl IntoResponse {
    let stream = futures::stream::unfold((pages, true), |(mut pages, first)| async move {
        if !first {
            pages.changed().await.ok()?;
        }
        let id = pages.borrow_and_update().id.clone();
        Some((Ok::<_, Infallible>(Event::default().data(id)), (pages, false)))
    });
    Sse::new(stream).keep_alive(KeepAlive::default())
}

/// Answers only those who know that they speak to this machine: a name that some other site resolves to 127.0.0.1 does not
/// open the page to it.
async fn guard(address: SocketAddr, request: Request, next: Next) -> Response {
    let ours = [address.to_string(), format!("localhost:{}", address.port())];
    let host = request.headers().get(header::HOST).and_then(|h| h.to_str().ok());
    let named = request.uri().authority().map(|a| a.as_str());
    let known = |name: &str| ours.iter().any(|o| o.eq_ignore_ascii_case(name));
    let mut response = match host {
        Some(host) if known(host) && named.is_none_or(known) => next.run(request).await,
        _ => (StatusCode::MISDIRECTED_REQUEST, "this is not the host that was asked for\n").into_response(),
    };
    let headers = [
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        response.headers_mut().insert(name, axum::http::HeaderValue::from_static(value));
    }
    response
}
