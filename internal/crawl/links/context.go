package links

import (
	"strings"

	"golang.org/x/net/html/atom"
)

// isBlock reports whether an element begins and ends a block of text. A table cell does not:
// the text of its row belongs together.
func isBlock(tag atom.Atom) bool {
	switch tag {
	case atom.P, atom.Div, atom.Li, atom.Tr, atom.Dt, atom.Ul, atom.Ol, atom.Table, atom.Blockquote, atom.Section, atom.Article, atom.Aside,
		atom.Header, atom.Nav, atom.Main, atom.Footer, atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		return true
	}
	return false
}

// addBlockText adds text to the open block.
func (s *scanner) addBlockText(b []byte) {
	if buf := s.buffers; len(buf.block) < maxContext {
		buf.block = append(append(buf.block, ' '), b[:min(len(b), maxContext)]...)
	}
}

// addOutside notes that the open block has a link to another host. i is its index.
func (s *scanner) addOutside(i int, to string) {
	if s.base == nil {
		return
	}
	_, rest, _ := strings.Cut(to, "://")
	if host := rest[:strings.IndexAny(rest+"/", "/?#")]; host != s.base.Host {
		s.outside = append(s.outside, i)
	}
}

// endHeading keeps the text of a heading of the main text for the blocks below it.
func (s *scanner) endHeading(tag atom.Atom) {
	switch tag {
	case atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6:
		if b := s.buffers; !s.inBoilerplate() {
			b.heading = append(b.heading[:0], b.block[:min(len(b.block), maxHeading)]...)
		}
	}
}

// endBlock ends the open block and adds its text to its links to other hosts.
func (s *scanner) endBlock() {
	b := s.buffers
	for _, i := range s.outside {
		l := &b.links[i]
		if len(l.Context) > maxContext {
			continue
		}
		if !s.inBoilerplate() && len(b.heading) > 0 {
			l.Context += plainLongText(b.heading) + " | "
		}
		l.Context += plainLongText(b.block) + " | "
	}
	s.outside, b.block = s.outside[:0], b.block[:0]
}
