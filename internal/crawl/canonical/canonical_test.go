package canonical

import (
	"errors"
	"net/url"
	"testing"

	"pgregory.net/rapid"
)

func TestURLReturnsTheCanonicalForm(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://example.com/a/b?c=d")
	tests := []struct{ ref, want string }{
		{"../x#frag", "https://example.com/x"},
		{"HTTPS://EXAMPLE.com:443/A", "https://example.com/A"},
		{"http://example.com:80", "http://example.com/"},
		{"?utm_source=x&q=1&fbclid=2", "https://example.com/a/b?q=1"},
		{"/p;jsessionid=1F?z=1", "https://example.com/p?z=1"},
		{"//other.example/ü", "https://other.example/%C3%BC"},
		{"/a/./b/../c", "https://example.com/a/c"},
		{"https://bücher.example/", "https://xn--bcher-kva.example/"},
		{"https:\\\\example.com\\x", "https://example.com/x"},
		{"/x?", "https://example.com/x"},
		{"http://0x7f.1/", "http://127.0.0.1/"},
		{"https://example.com./a", "https://example.com/a"},
		{"https://example.com.:8443/a", "https://example.com:8443/a"},
		{"/%70rivate/%7Eme%2Fx?q=%70", "https://example.com/private/~me%2Fx?q=%70"},
		{"/%C3%BC%41", "https://example.com/%C3%BCA"},
	}
	for _, tt := range tests {
		if got, _, err := URL(base, tt.ref); err != nil || got != tt.want {
			t.Errorf("URL(%q) = %q, %v, want %q", tt.ref, got, err, tt.want)
		}
	}
}

func TestURLWithRouteKeepsRouteFragments(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://example.com/app")
	for ref, want := range map[string]string{
		"#/privacy":         "https://example.com/app#/privacy",
		"/#!/terms?a=b":     "https://example.com/#!/terms?a=b",
		"#/":                "https://example.com/app",
		"#top":              "https://example.com/app",
		"/x":                "https://example.com/x",
		"https://b.test/#/": "https://b.test/",
	} {
		if got, err := URLWithRoute(base, ref); err != nil || got != want {
			t.Errorf("URLWithRoute(%q) = %q, %v, want %q", ref, got, err, want)
		}
	}
	if _, err := URLWithRoute(base, "mailto:a@b#/c"); !errors.Is(err, ErrScheme) {
		t.Errorf("mailto: %v, want ErrScheme", err)
	}
	if DedupKey("https://example.com/#/a") == DedupKey("https://example.com/#/b") {
		t.Error("two routes have the same key")
	}
}

func TestDedupKeyIsSharedByVariantsOfAURL(t *testing.T) {
	t.Parallel()
	for _, same := range [][]string{
		{"https://example.com/a?b=1&c=2", "http://example.com/a?c=2&b=1", "https://www.example.com/a?b=1&c=2"},
		{"https://example.com/a?a&b", "https://example.com/a?b&a"},
	} {
		for _, s := range same {
			if DedupKey(s) != DedupKey(same[0]) {
				t.Errorf("DedupKey(%q) = %q, want %q", s, DedupKey(s), DedupKey(same[0]))
			}
		}
	}
	if DedupKey("https://example.com/a?b=1&c=2") == DedupKey("https://example.com/a?b=2&c=1") {
		t.Error("URLs with different parameter values have the same key")
	}
}

func TestURLErrorsWrapAReason(t *testing.T) {
	t.Parallel()
	long := make([]byte, MaxLength+1)
	for i := range long {
		long[i] = 'a'
	}
	for ref, want := range map[string]error{
		"mailto:a@b.example": ErrScheme, "ftp://a.example/": ErrScheme, "http://u:p@a.example/": ErrUserinfo,
		"http://a b/": ErrInvalid, "": ErrInvalid, string(long): ErrTooLong,
	} {
		if _, _, err := URL(nil, ref); !errors.Is(err, want) {
			t.Errorf("URL(%.40q): %v, want %v", ref, err, want)
		}
	}
}

func TestURLIsIdempotent(t *testing.T) {
	t.Parallel()
	base, _ := url.Parse("https://example.com/a/b")
	rapid.Check(t, func(t *rapid.T) {
		ref := rapid.OneOf(rapid.StringMatching(`(https?://[a-zA-Z0-9.-]{1,12})?[/a-z0-9.%?&=;#:@ü~-]{0,30}`), rapid.String()).Draw(t, "ref")
		one, _, err := URL(base, ref)
		if err != nil {
			return
		}
		if two, _, err := URL(nil, one); err != nil || two != one {
			t.Fatalf("URL(%q) = %q, but URL of that is %q, %v", ref, one, two, err)
		}
	})
}

// FuzzURL checks what must hold for every reference: URL is idempotent, net/http sends
// the canonical form unchanged, and both parsers return the same result.
func FuzzURL(f *testing.F) {
	for _, s := range []string{"../x#f", "HTTPS://EX.com:443/A", "?utm_source=x&q", "/p;jsessionid=1", "//o.example/ü", "http://0x7f.1/", "https:\\\\e.com\\x", "/%2e%2e/%70", "http://[::1]:80/", "a.b./c", "http://a.:080/"} {
		f.Add("https://example.com/a/b?c=d", s)
	}
	f.Fuzz(func(t *testing.T, base, ref string) {
		var b *url.URL
		if one, u, err := URL(nil, base); err == nil {
			b = u
			if two, _, err := URL(nil, one); err != nil || two != one {
				t.Fatalf("URL(%q) = %q, but URL of that is %q, %v", base, one, two, err)
			}
		}
		one, u, err := URL(b, ref)
		if err != nil {
			return
		}
		if two, _, err := URL(nil, one); err != nil || two != one {
			t.Fatalf("URL(%q, %q) = %q, but URL of that is %q, %v", base, ref, one, two, err)
		}
		if u.String() != one || u.Host == "" || u.User != nil || u.Fragment != "" || len(one) > MaxLength {
			t.Fatalf("URL(%q, %q) = %q, %#v", base, ref, one, u)
		}
		if slow, err := parseStandard(b, ref); err == nil && slow.Host != "" {
			want, _, err := URL(nil, slow.String())
			if err == nil && want != one {
				t.Fatalf("URL(%q, %q) = %q, the standard parser returns %q", base, ref, one, want)
			}
		}
		_ = DedupKey(one)
	})
}
