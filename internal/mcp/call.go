package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"

	"github.com/modelcontextprotocol/go-sdk/mcp"
)

// host precedes the path of a request. The transport decides where it goes.
const host = "http://localhost"

// maxResult is the maximum size of the result of a tool, in bytes. Longer texts are cut: a model
// reads a document in its context.
const maxResult = 1 << 20

// call sends the request of a tool to the API and returns its response. A problem is a result
// with IsError, so that the model can correct its call.
func (s *Server) call(ctx context.Context, t boundTool, arguments json.RawMessage, from origin) *mcp.CallToolResult {
	req, err := t.request(ctx, arguments)
	if err != nil {
		return failed(err.Error())
	}
	for name, values := range from.header {
		req.Header[name] = values
	}
	req.RemoteAddr = from.remoteAddr
	res, err := s.api.RoundTrip(req)
	if err != nil {
		return failed("the API does not respond")
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, maxResult+1))
	if err != nil {
		return failed("the response of the API ended early")
	}
	if res.StatusCode >= http.StatusBadRequest {
		return failed(string(body))
	}
	if len(body) > maxResult {
		text := strings.ToValidUTF8(string(body[:maxResult]), "") + "\n\n[The result is longer. Ask for less at once.]"
		return &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: text}}}
	}
	out := &mcp.CallToolResult{Content: []mcp.Content{&mcp.TextContent{Text: string(body)}}}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		out.StructuredContent = json.RawMessage(body)
	}
	return out
}

func failed(text string) *mcp.CallToolResult {
	return &mcp.CallToolResult{IsError: true, Content: []mcp.Content{&mcp.TextContent{Text: text}}}
}

// request returns the request to the route of a tool.
func (t *boundTool) request(ctx context.Context, arguments json.RawMessage) (*http.Request, error) {
	args := map[string]any{}
	if len(arguments) > 0 {
		d := json.NewDecoder(bytes.NewReader(arguments))
		d.UseNumber()
		if err := d.Decode(&args); err != nil {
			return nil, fmt.Errorf("the arguments are not a JSON object")
		}
	}
	path, query := t.route.path, url.Values{}
	for _, p := range t.route.parameters {
		value, ok := args[p.Name]
		if p.In == "header" {
			continue
		}
		delete(args, p.Name)
		switch {
		case !ok && p.Required:
			return nil, fmt.Errorf("the argument %s is missing", p.Name)
		case !ok:
		case p.In == "path":
			path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape(textOf(value)))
		default:
			query.Set(p.Name, textOf(value))
		}
	}
	var body *bytes.Reader
	if t.route.body == nil {
		for name := range args {
			return nil, fmt.Errorf("the tool has no argument %.100q", name)
		}
		body = bytes.NewReader(nil)
	} else {
		b, err := json.Marshal(args)
		if err != nil {
			return nil, fmt.Errorf("the arguments cannot be encoded")
		}
		body = bytes.NewReader(b)
	}
	target := path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, t.route.method, host+target, body)
	if err != nil {
		return nil, fmt.Errorf("the arguments do not form a valid path")
	}
	if t.route.body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if t.accept != "" {
		req.Header.Set("Accept", t.accept)
	}
	return req, nil
}

// textOf returns an argument as a parameter has it. Lists are separated by commas.
func textOf(value any) string {
	switch v := value.(type) {
	case string:
		return v
	case []any:
		texts := make([]string, len(v))
		for i := range v {
			texts[i] = textOf(v[i])
		}
		return strings.Join(texts, ",")
	}
	return fmt.Sprint(value)
}
