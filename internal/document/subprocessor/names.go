package subprocessor

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clausea/crawler/internal/document/markdown"
)

// Bounds of a list of bare names. They were chosen by hand.
const (
	minBareNames     = 2
	maxBareNameWords = 6
)

// companyForm matches a legal form at the end of the name of a company.
var companyForm = regexp.MustCompile(`(?i)[\s,](?:inc|llc|l\.l\.c|ltd|limited|corp|corporation|co|plc|gmbh|ag|se|kg|ug|s\.?a\.?s?|s\.?a\.?r\.?l|s\.?r\.?l|s\.?l|s\.?p\.?a|b\.?v|n\.?v|a/s|aps|ab|as|oy|oyj|pty|pvt|pte|lp|llp|lda|ltda|kk|k\.k|sp\. z o\.?o|s\.r\.o)\.?\)?$`)

// documentWord matches a word of the links that surround a document: they are names of other
// pages and not of companies.
var documentWord = regexp.MustCompile(`(?i)\b(?:policy|policies|terms|agreement|notice|statement|conditions|addendum|cookies?|gdpr|ccpa|faqs?|contact|about|home|blog|careers|pricing|support|download|subscribe|sign (?:in|up)|log ?in|legal|imprint|impressum|datenschutz\w*|agb|politique|mentions|condiciones|política|privacy|security|overview|changelog|table of contents|sub-?processors?)\b`)

// readBareNames reads lists whose items are names alone, or links with a name as their text.
// The heading or the paragraph before the list mentions subprocessors, or most items end
// with the legal form of a company. inside reports that a heading above blocks mentions
// them.
func readBareNames(blocks []markdown.Block, inside bool) []Row {
	var out []Row
	introduced, level := inside, 0 // level of the heading that mentions them
	for i := 0; i < len(blocks); {
		b := blocks[i]
		if b.Kind == markdown.Heading {
			switch {
			case mentionsSubprocessors(b.Text):
				introduced, level = true, b.Level
			case b.Level <= level || level == 0:
				introduced, level = inside, 0
			}
		}
		if !isEntry(b) {
			i++
			continue
		}
		j := i
		for j < len(blocks) && isEntry(blocks[j]) {
			j++
		}
		lead := i > 0 && blocks[i-1].Kind != markdown.Heading && mentionsSubprocessors(blocks[i-1].Text)
		out = append(out, bareNames(blocks[i:j], introduced || lead)...)
		i = j
	}
	return out[:min(len(out), maxRows)]
}

// isEntry reports whether a block can be an entry of a list: an item, or a link alone.
func isEntry(b markdown.Block) bool {
	return b.Kind == markdown.ListItem || b.Kind == markdown.Paragraph && b.LinkBytes > 0 && b.LinkBytes >= len(b.Text)
}

// bareNames returns the rows of one list, or nil if it is not a list of names.
func bareNames(items []markdown.Block, introduced bool) []Row {
	var rows []Row
	companies := 0
	for _, item := range items {
		name := strings.TrimRight(strings.TrimSpace(item.Text), ",;")
		if !isBareName(name) {
			continue
		}
		rows = append(rows, Row{Name: name})
		if companyForm.MatchString(name) {
			companies++
		}
	}
	if len(rows) < minBareNames || len(rows) < len(items) && len(rows)*5 < len(items)*4 || !introduced && companies*2 < len(rows) {
		return nil
	}
	return rows
}

// isBareName reports whether the text of an item can be the name of a company: few words,
// without a sentence or the name of a document.
func isBareName(s string) bool {
	first, _ := utf8.DecodeRuneInString(s)
	if s == "" || len(strings.Fields(s)) > maxBareNameWords || !unicode.IsLetter(first) && !unicode.IsDigit(first) {
		return false
	}
	if last := s[len(s)-1]; last == '?' || last == '!' || last == ':' || last == '.' && !companyForm.MatchString(s) {
		return false
	}
	if strings.ToLower(s) == s && !strings.Contains(s, ".") && !unicode.Is(unicode.Lo, first) {
		return false // prose; a name in small letters is a domain
	}
	return !documentWord.MatchString(s) && !isPlace(s)
}
