package content

import (
	"strings"
	"unicode"

	"golang.org/x/net/html/atom"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// maxCellLabel is the maximum length, in bytes, of the label of an icon that is the text of a
// cell. It was chosen by hand.
const maxCellLabel = 120

// labelEmptyCell gives a cell without visible text the text of its icon: the words for screen
// readers, the label or the title of the icon, the state of a checkbox, or the mark that the classes
// of the icon name.
func (p *pruner) labelEmptyCell(cell *node) {
	if cell.dropped != notDropped || hasVisibleText(cell) {
		return
	}
	label := ""
	walk(cell, func(c *node) bool {
		if label == "" {
			if label = iconLabel(c); label != "" && c.tag == atom.Img {
				c.dropped = invisible // the text stands for it
			}
		}
		return label == ""
	})
	if label == "" {
		walk(cell, func(c *node) bool {
			if label == "" && !c.isText && c.hasTag(atom.I, atom.Span, atom.Svg) {
				label = markOfClass(c.attr(attrClass))
			}
			return label == ""
		})
	}
	if label == "" || len(label) > maxCellLabel {
		return
	}
	t := newText(label)
	t.measureText(false, false)
	cell.append(t)
	cell.addCounts(t, 1)
}

// iconWords are words in the classes of icons: the prefixes of widely used icon fonts, and the
// names of the icons, with the marks that these show.
var iconWords = map[string]string{
	"icon": "", "icons": "", "ico": "", "fa": "", "fas": "", "far": "", "bi": "", "mdi": "", "glyphicon": "",
	"check": "✓", "checkmark": "✓", "tick": "✓", "yes": "✓",
	"times": "✗", "cross": "✗", "xmark": "✗", "no": "✗", "ban": "✗",
}

// markOfClass returns the mark that an icon with these classes shows, or "".
func markOfClass(classes string) string {
	mark, isIcon := "", false
	eachWord(classes, func(w string) {
		m, known := iconWords[w]
		isIcon = isIcon || known && m == ""
		if mark == "" {
			mark = m
		}
	})
	if !isIcon {
		return ""
	}
	return mark
}

// iconLabel returns the text that an element in a cell without visible text stands for, or "".
func iconLabel(n *node) string {
	switch {
	case n.isText:
		return ""
	case n.dropped == screenReader:
		return tokenize.CollapseSpace(allText(n))
	case n.tag == atom.Input && strings.EqualFold(n.attr(attrType), "checkbox"):
		if n.has(attrChecked) {
			return "☑"
		}
		return "☐"
	case n.tag == atom.Svg && n.first != nil: // its title element
		return tokenize.CollapseSpace(n.first.text)
	case n.hasTag(atom.Img, atom.Svg, atom.I, atom.Span, atom.Em, atom.B) || n.attr(attrRole) == "img":
		for _, k := range [...]attrKey{attrAriaLabel, attrTitle, attrAlt} {
			if s := tokenize.CollapseSpace(n.attr(k)); s != "" {
				return s
			}
		}
	}
	return ""
}

// hasVisibleText reports whether n has a character that is visible, such as a check mark.
func hasVisibleText(n *node) bool {
	found := false
	walk(n, func(c *node) bool {
		found = found || c.isText && strings.ContainsFunc(c.text, func(r rune) bool { return !unicode.IsSpace(r) && r != 0x200b })
		return !found && (c.dropped == notDropped || c == n)
	})
	return found
}
