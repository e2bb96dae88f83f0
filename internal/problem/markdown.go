package problem

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

const markdownHead = `# Problems

<!-- written by make generate -->

The API reports every failure as a problem (RFC 9457) with the media type
` + "`application/problem+json`" + `:

` + "```json" + `
{
  "type": "https://clausea.co/problems/not-found",
  "title": "Not found",
  "status": 404,
  "detail": "there is no company \"acme\"",
  "retryable": false,
  "requestID": "0b1f3c52-7a0e-4a4f-9d5e-6f1f6f0d2f11"
}
` + "```" + `

| member | meaning |
|---|---|
| ` + "`type`" + ` | identifies the kind of problem; it never changes |
| ` + "`title`" + `, ` + "`status`" + ` | the kind in words, and the HTTP status |
| ` + "`detail`" + ` | what is wrong with this request; the text may change between versions |
| ` + "`errors`" + ` | the invalid values: ` + "`location`" + ` and ` + "`message`" + ` |
| ` + "`instance`" + ` | the path of a resource that explains the problem, such as the running crawl |
| ` + "`retryable`" + ` | whether the same request can succeed later |
| ` + "`retryAfter`" + ` | the seconds after which to try again; the header Retry-After has the same value |
| ` + "`violated-policies`" + ` | the quotas that the request exceeded; the header RateLimit-Policy describes them |
| ` + "`requestID`" + ` | identifies the request in the log of the server |

A problem never contains the text of an internal error. The log has it, with the request ID.

## Kinds

| status | code | problem | retryable | what to do |
|---|---|---|---|---|
`

// WriteMarkdown writes docs/problems.md to w.
func WriteMarkdown(w io.Writer) error {
	var b strings.Builder
	b.WriteString(markdownHead)
	all := slices.Clone(catalog)
	slices.SortStableFunc(all, func(x, y Definition) int { return x.Status - y.Status })
	retryable := map[bool]string{true: "yes", false: "no"}
	special := map[string][]string{}
	for _, d := range all {
		fmt.Fprintf(&b, "| %d | <a id=%q></a>`%s` | %s | %s | %s |\n", d.Status, d.Code, d.Code, d.Title, retryable[d.Retryable], d.Remedy)
		if t := d.Type(); t != typeBase+string(d.Code) {
			special[t] = append(special[t], "`"+string(d.Code)+"`")
		}
	}
	fmt.Fprintf(&b, "\nThe type is `%s` and the code, with these exceptions, which the IANA registry defines:\n\n", typeBase)
	for _, t := range []string{quotaExceeded, reducedCapacity} {
		fmt.Fprintf(&b, "- %s: `%s`\n", strings.Join(special[t], ", "), t)
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("write docs/problems.md: %w", err)
	}
	return nil
}
