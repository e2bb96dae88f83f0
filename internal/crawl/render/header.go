package render

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	cdpfetch "github.com/chromedp/cdproto/fetch"
	"github.com/chromedp/cdproto/network"
)

// requestHeader returns the headers of a browser's request without those that concern the
// connection, the client or a cache. The Fetcher sets its own.
func requestHeader(from network.Headers) (http.Header, error) {
	h, size := http.Header{}, 0
	for name, value := range from {
		v, ok := value.(string)
		lower := strings.ToLower(name)
		switch {
		case !ok, hopByHopHeaders[lower], lower == "host", lower == "content-length", lower == "user-agent", lower == "accept-encoding",
			strings.HasPrefix(lower, "sec-"), strings.HasPrefix(lower, "proxy-"), strings.HasPrefix(lower, "if-"):
			continue
		}
		if size += len(name) + len(v); size > maxRequestHeader {
			return nil, &refusalError{RefusedBody, fmt.Errorf("request headers exceed %d bytes", maxRequestHeader)}
		}
		h.Set(name, v)
	}
	return h, nil
}

// requestBody returns the body of a request.
func requestBody(r *network.Request) ([]byte, error) {
	var body []byte
	for _, e := range r.PostDataEntries {
		body = append(body, e.Bytes...)
		if len(body) > maxRequestBody {
			return nil, &refusalError{RefusedBody, fmt.Errorf("request body exceeds %d bytes", maxRequestBody)}
		}
	}
	if r.HasPostData && len(body) == 0 {
		return nil, &refusalError{RefusedBody, errors.New("browser did not report the request body")}
	}
	return body, nil
}

// hopByHopHeaders concern a single connection (RFC 9110 section 7.6.1).
var hopByHopHeaders = map[string]bool{
	"connection": true, "keep-alive": true, "te": true, "trailer": true, "transfer-encoding": true, "upgrade": true,
}

// droppedHeaders are response headers that the browser must not receive: the body is already
// decoded, and the browser must not report, preload or store anything.
var droppedHeaders = map[string]bool{
	"content-encoding": true, "content-length": true, "alt-svc": true, "nel": true, "report-to": true, "reporting-endpoints": true,
	"strict-transport-security": true, "accept-ch": true, "critical-ch": true, "link": true, "speculation-rules": true,
	"clear-site-data": true, "content-security-policy-report-only": true, "sourcemap": true,
}

// responseHeader returns the headers of a response for the browser.
func responseHeader(from http.Header) []*cdpfetch.HeaderEntry {
	var all []*cdpfetch.HeaderEntry
	for name, values := range from {
		if lower := strings.ToLower(name); hopByHopHeaders[lower] || droppedHeaders[lower] {
			continue
		}
		for _, v := range values {
			all = append(all, &cdpfetch.HeaderEntry{Name: name, Value: strings.ToValidUTF8(v, "?")})
		}
	}
	return all
}
