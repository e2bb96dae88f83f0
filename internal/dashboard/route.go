package dashboard

import (
	"context"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/clausea/crawler/internal/store"
)

// Route is a route that needs a session.
type Route struct {
	// Method and Path are those of the pattern. Path begins with Base.
	Method, Path string
	// Scope is what the caller needs.
	Scope store.APIScope
	// Kind is "page", "action", "download" or "stream".
	Kind string
}

// page is what a view shows.
type page struct {
	Title string
	// Nav is the entry of the navigation to which the page belongs.
	Nav string
	// Count is shown in the title of the window, if it is not 0.
	Count int
	// Script is the name of a script in assets that only this page needs, or empty.
	Script string
	// Body is what the page shows below the header.
	Body body
}

// outcome is what follows an action: another page, or the form again with its errors.
type outcome struct {
	// To is the path to which the browser goes.
	To string
	// Notice is one sentence that the next page shows.
	Notice string
	// Show is shown with the status 422 in place of To.
	Show *page
	// Status replaces 422, for what an action shows once, such as a secret.
	Status int
}

// file is what a download returns.
type file struct {
	Name, MediaType string
	Body            []byte
	// Attachment makes the browser save the file.
	Attachment bool
}

// maxForm limits the body of a form, in bytes.
const maxForm = 2 << 20

// requestTimeout limits the work for a request that is not a stream.
const requestTimeout = 30 * time.Second

// handle registers a route that needs a session.
func (s *Server) handle(kind, pattern string, scope store.APIScope, do func(v *visit) error) {
	method, path, ok := strings.Cut(pattern, " ")
	if !ok {
		panic("dashboard: the pattern " + pattern + " has no method")
	}
	s.routes = append(s.routes, Route{Method: method, Path: Base + path, Scope: scope, Kind: kind})
	s.mux.HandleFunc(method+" "+Base+path, s.signedIn(func(v *visit) error {
		if err := v.Caller.Authorize(scope); err != nil {
			return err
		}
		if kind != "stream" {
			ctx, cancel := context.WithTimeout(v.Context(), requestTimeout)
			defer cancel()
			v.Request = v.WithContext(ctx)
		}
		return do(v)
	}))
}

// view registers a page that every user may see.
func (s *Server) view(pattern string, show func(v *visit) (page, error)) {
	s.viewFor(store.ScopeRead, pattern, show)
}

// viewFor registers a page that needs a scope.
func (s *Server) viewFor(scope store.APIScope, pattern string, show func(v *visit) (page, error)) {
	s.handle("page", pattern, scope, func(v *visit) error {
		p, err := show(v)
		if err != nil {
			return err
		}
		return s.render(v, http.StatusOK, p)
	})
}

// action registers a form.
func (s *Server) action(pattern string, scope store.APIScope, do func(v *visit) (outcome, error)) {
	s.handle("action", pattern, scope, func(v *visit) error {
		if err := v.parseForm(); err != nil {
			return err
		}
		out, err := do(v)
		switch {
		case err != nil:
			return err
		case out.Show != nil:
			status := out.Status
			if status == 0 {
				status = http.StatusUnprocessableEntity
			}
			return s.render(v, status, *out.Show)
		}
		setNotice(v.W, out.Notice)
		http.Redirect(v.W, v.Request, out.To, http.StatusSeeOther)
		return nil
	})
}

// download registers a file.
func (s *Server) download(pattern string, get func(v *visit) (file, error)) {
	s.handle("download", pattern, store.ScopeRead, func(v *visit) error {
		f, err := get(v)
		if err != nil {
			return err
		}
		h := v.W.Header()
		h.Set("Content-Type", f.MediaType)
		disposition := "inline"
		if f.Attachment {
			disposition = "attachment"
		}
		h.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": f.Name}))
		// A file has no scripts and embeds nothing.
		h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox")
		_, _ = v.W.Write(f.Body)
		return nil
	})
}

// stream registers a stream of server-sent events. It ends with the request or with the server.
func (s *Server) stream(pattern string, follow func(v *visit, w *events) error) {
	s.handle("stream", pattern, store.ScopeRead, func(v *visit) error {
		ctx, cancel := context.WithCancel(v.Context())
		defer cancel()
		if s.o.Stop != nil {
			defer context.AfterFunc(s.o.Stop, cancel)()
		}
		v.Request = v.WithContext(ctx)
		return follow(v, &events{w: v.W, rc: http.NewResponseController(v.W)})
	})
}

// events writes server-sent events.
type events struct {
	w      http.ResponseWriter
	rc     *http.ResponseController
	opened bool
}

// eventWriteTimeout limits the write of an event to a client that does not read.
const eventWriteTimeout = 10 * time.Second

// Send writes an event. An empty name is the default event, whose data htmx swaps into the page;
// an empty id is omitted. An event without data is a comment, which holds the connection open.
func (e *events) Send(name, id, data string) error {
	if !e.opened {
		e.opened = true
		e.w.Header().Set("Content-Type", "text/event-stream")
		e.w.Header().Set("X-Accel-Buffering", "no")
	}
	var b strings.Builder
	if name != "" {
		fmt.Fprintf(&b, "event: %s\n", name)
	}
	if id != "" {
		fmt.Fprintf(&b, "id: %s\n", id)
	}
	if data == "" && name == "" {
		b.WriteString(": \n")
	} else {
		for line := range strings.SplitSeq(strings.ReplaceAll(data, "\r", ""), "\n") {
			fmt.Fprintf(&b, "data: %s\n", line)
		}
	}
	b.WriteString("\n")
	if err := e.rc.SetWriteDeadline(time.Now().Add(eventWriteTimeout)); err != nil {
		return fmt.Errorf("limit the write of an event: %w", err)
	}
	if _, err := io.WriteString(e.w, b.String()); err != nil {
		return fmt.Errorf("write an event: %w", err)
	}
	if err := e.rc.Flush(); err != nil {
		return fmt.Errorf("flush an event: %w", err)
	}
	return nil
}
