package links

import (
	"bytes"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/html/atom"
)

// maxRedirectScript is the length of the scripts of a page that only navigates, in bytes. It
// was chosen by hand.
const maxRedirectScript = 1500

// addScript keeps the text of a script for scriptTarget.
func (s *scanner) addScript(b []byte) {
	if s.openRaw == atom.Script && len(s.buffers.script) <= maxRedirectScript {
		s.buffers.script = append(append(s.buffers.script, '\n'), b[:min(len(b), maxRedirectScript+1)]...)
	}
}

// scriptNavigation matches the ways in which a script navigates to a URL.
var scriptNavigation = regexp.MustCompile(`(?:^|[\s;{(,])(?:(?:window|document|self|top|parent|this)\s*\.\s*)*location(?:\s*\.\s*href)?\s*(?:=\s*|\.\s*(?:replace|assign)\s*\(\s*)(?:"([^"\n]+)"|'([^'\n]+)')\s*[;)}\n\r]*`)

// scriptTarget returns the URL to which the scripts of the page navigate, empty if there is
// none or if the scripts do more than that.
func (s *scanner) scriptTarget() string {
	script := s.buffers.script
	if len(script) == 0 || len(script) > maxRedirectScript {
		return ""
	}
	m := scriptNavigation.FindSubmatch(script)
	if m == nil {
		return ""
	}
	ref := string(m[1]) + string(m[2])
	ref = strings.ReplaceAll(ref, `\/`, "/")
	to, err := s.resolve(s.base, ref)
	if err != nil {
		return ""
	}
	return to
}

// readRefresh reads the content of a meta refresh: a delay and a URL, which may lack "url="
// (HTML standard, section 4.2.5.3). The first meta refresh wins.
func (s *scanner) readRefresh(content string) {
	if s.page.Refresh != "" {
		return
	}
	content = strings.TrimSpace(content)
	digits := len(content) - len(strings.TrimLeft(content, "0123456789"))
	delay, err := strconv.Atoi(content[:digits])
	if err != nil {
		delay = 0
	}
	ref := strings.TrimLeft(content[digits:], "0123456789. \t\r\n\f;,")
	if len(ref) > 3 && strings.EqualFold(ref[:3], "url") {
		if rest := strings.TrimLeft(ref[3:], " \t\r\n\f"); strings.HasPrefix(rest, "=") {
			ref = strings.TrimLeft(rest[1:], " \t\r\n\f")
		}
	}
	if ref != "" && (ref[0] == '"' || ref[0] == '\'') {
		ref, _, _ = strings.Cut(ref[1:], ref[:1])
	}
	if ref = strings.TrimSpace(ref); ref == "" {
		return
	}
	if to, err := s.resolve(s.base, ref); err == nil {
		s.page.Refresh, s.page.RefreshDelay = to, delay
	} else {
		s.skip(ref, err)
	}
}

// readNoscript reads the meta refresh and the links of a noscript element, which the lexer
// returns as text.
func (s *scanner) readNoscript(b []byte) {
	if !bytes.ContainsRune(b, '<') {
		return
	}
	s.inNoscript = false // its content has no noscript element of its own
	before, delay := s.page.Refresh, s.page.RefreshDelay
	s.page.Refresh = ""
	defer func() {
		if s.page.NoscriptRefresh == "" {
			s.page.NoscriptRefresh = s.page.Refresh
		}
		s.page.Refresh, s.page.RefreshDelay = before, delay
	}()
	l := &lexer{page: b}
	for {
		switch k, tag, text := l.next(); {
		case k == endOfPage:
			s.closeLink()
			return
		case k == startTag && (tag == atom.A || tag == atom.Meta):
			s.startTag(l, tag)
		case k == endTag && tag == atom.A:
			s.closeLink()
		case k == textToken && s.href != "":
			s.addLinkText(text)
		}
	}
}

// readFrame adds the document that an element embeds.
func (s *scanner) readFrame(a map[string]string) {
	ref := ""
	for _, name := range []string{"src", "data", "data-src"} {
		if ref = strings.TrimSpace(a[name]); ref != "" && !hasScheme(ref, "about:") {
			break
		}
	}
	if ref == "" || hasScheme(ref, "about:") || hasScheme(ref, "javascript:") || hasScheme(ref, "data:") || hasScheme(ref, "blob:") || len(s.page.Frames) >= maxFrames {
		return
	}
	if to, err := s.resolve(s.base, ref); err == nil {
		s.page.Frames = append(s.page.Frames, Frame{URL: to, Title: collapseSpace(a["title"])})
	} else {
		s.skip(ref, err)
	}
}
