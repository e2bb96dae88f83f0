package canonical

import (
	"net/url"
	"testing"

	"pgregory.net/rapid"
)

func TestURLStringAgreesWithURL(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		base, err := url.Parse(rapid.SampledFrom([]string{
			"https://example.com/a/b?c=d", "http://example.com:8080/", "https://127.0.0.1:37959/p/1", "http://example.com:80/", "https://user@example.com/",
			"https://xn--bcher-kva.example/x", "https://example.com./", "ftp://example.com/", "https://[::1]/x", "https://EXAMPLE.com/",
		}).Draw(t, "base"))
		if err != nil {
			t.Fatal(err)
		}
		ref := rapid.OneOf(
			rapid.StringMatching(`/[a-zA-Z0-9/._-]{0,20}(#[ -~]{0,5})?`),
			rapid.StringMatching(`[/.a-z0-9%?#:;@é\\~-]{0,12}`),
			rapid.String(),
		).Draw(t, "ref")
		want, _, wantErr := URL(base, ref)
		got, gotErr := URLString(base, ref)
		if got != want || (gotErr == nil) != (wantErr == nil) {
			t.Fatalf("URLString(%q, %q) = %q, %v, but URL returns %q, %v", base, ref, got, gotErr, want, wantErr)
		}
	})
}
