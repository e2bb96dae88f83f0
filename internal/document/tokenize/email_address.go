package tokenize

import "strings"

// commonTLDs holds the top-level domains that identify an e-mail address written backwards.
var commonTLDs = map[string]bool{
	"com": true, "org": true, "net": true, "de": true, "fr": true, "es": true, "it": true, "pt": true, "nl": true, "eu": true,
	"uk": true, "ch": true, "at": true, "be": true, "io": true, "co": true, "ai": true, "app": true, "dev": true,
}

// readEmailAddress reads an e-mail address at i and returns its length, or 0. Some sites
// write the address backwards and reverse it with a style sheet; it is folded to the visible
// form.
func (s *tokenizer) readEmailAddress(i int) int {
	t := s.text[i:]
	at := 0
	for at < len(t) && at < 65 && (isAlnum(t[at]) || strings.IndexByte("._%+-", t[at]) >= 0) {
		at++
	}
	if at == 0 || at >= len(t) || t[at] != '@' {
		return 0
	}
	end := at + 1
	for end < len(t) && end < at+255 && (isAlnum(t[end]) || t[end] == '.' || t[end] == '-') {
		end++
	}
	for end > at && !isAlnum(t[end-1]) {
		end--
	}
	if end <= at+1 {
		return 0
	}
	local, host := strings.ToLower(t[:at]), strings.ToLower(t[at+1:end])
	if !strings.Contains(host, ".") {
		first, _, dotted := strings.Cut(local, ".")
		if !dotted || !commonTLDs[reverseString(first)] {
			return 0
		}
		local, host = reverseString(host), reverseString(local)
	}
	s.class = EmailAddress
	s.fold = append(append(append(s.fold, local...), '@'), host...)
	return end
}

// reverseString returns the bytes of an ASCII string in reverse order.
func reverseString(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}
