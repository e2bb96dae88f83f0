package date

import "strings"

// Where a date without a cue may be a document's: on a line of its own near the
// beginning or the end. In bytes and lines that are not empty.
const (
	headBytes, headLines = 2000, 12
	tailBytes, tailLines = 900, 7
	maxTitleLine         = 120
)

// histories are stems, folded, of what a list of changes is called.
var histories = stemsOf(
	"change log", "changelog", "change history", "revision history", "version history", "history of changes", "document history", "update history", "updates", "update log", "amendments", "summary of changes", "changes to this", "what's changed", "recent changes",
	"historique", "journal des modifications", "anderungshistorie", "versionshistorie", "anderungsverlauf", "anderungsprotokoll", "anderungen", "historial de cambios", "registro de cambios", "control de versiones", "historial de versiones", "cronologia", "storico", "historico", "registo de alteracoes", "wijzigingen", "versiegeschiedenis", "historia zmian", "andringshistorik", "revisionshistorik", "versionshistorik", "endringslogg", "muutoshistoria", "versiohistoria", "historie zmen",
	"改定履歴", "改訂履歴", "変更履歴", "附則", "附则", "修订记录", "更新记录", "版本历史", "更新日志", "개정이력", "개정 이력", "변경이력", "변경 이력", "부칙",
	"version | date", "version|date", "date | change", "date | version", "date | description", "version | datum", "datum | anderung", "version | fecha", "fecha | ", "date | modification", "versie | datum", "versione | data",
)

// changes are stems, folded, of what was done to a document.
var changes = stemsOf(
	"updated", "added", "removed", "changed", "clarif", "amended", "revised", "reworded", "deleted", "corrected",
	"ajoute", "retire", "modifi", "precis", "change", "mis a jour", "supprime", "corrige",
	"erganzt", "hinzugefugt", "entfernt", "geandert", "aktualisiert", "angepasst", "gestrichen",
	"anadid", "eliminad", "actualizad", "aggiunt", "rimoss", "aggiornat", "adicionad", "removid", "atualizad", "alterad", "toegevoegd", "verwijderd", "gewijzigd", "bijgewerkt", "dodano", "usunieto", "zmieniono", "lagt till", "tagit bort", "tilfojet", "fjernet",
)

// lineOf is the line of s around the bytes from start to end.
func lineOf(s string, start, end int) (from, to int) {
	from = strings.LastIndexByte(s[:start], '\n') + 1
	to = len(s)
	if i := strings.IndexByte(s[end:], '\n'); i >= 0 {
		to = end + i
	}
	return from, to
}

// place says whether a date is near the beginning or the end of a text, counted in lines.
func place(s string, l literal) (head, tail bool) {
	if l.start < headBytes {
		head = filled(s[:l.start]) <= headLines
	}
	if len(s)-l.end < tailBytes {
		tail = filled(s[l.end:]) <= tailLines
	}
	return head, tail
}

func filled(s string) int {
	n := 0
	for line := range strings.SplitSeq(s, "\n") {
		if strings.TrimSpace(line) != "" {
			n++
		}
	}
	return n
}

// bare says whether a date stands alone on its line, with the document's name and
// version at most, or with the place where it was written.
func bare(s string, l literal) bool {
	from, to := lineOf(s, l.start, l.end)
	if to-from > maxTitleLine || bulleted(s, l) {
		return false
	}
	before, behind := fold(s[from:l.start]), strings.TrimSpace(fold(s[l.end:to]))
	if strings.Contains(before, "©") || strings.Contains(before, "copyright") || former.in(before) || strings.Contains(before, "](") {
		return false
	}
	if !onlyGlue(strings.TrimLeft(behind, marks)) {
		return false
	}
	if onlyGlue(before) {
		return true
	}
	if place, _, ok := strings.Cut(before, ","); ok && !strings.ContainsAny(place, "0123456789:;") && len(strings.Fields(place)) <= 3 && !strings.ContainsAny(before[:1], "-+|") {
		return onlyGlue(before[len(place):]) // Berlin, den 1. März 2024
	}
	title := strings.HasPrefix(before, "#") || strings.HasPrefix(before, "\n#")
	return title && documents.in(before)
}

// bulleted says whether a date stands in a list item or a table.
func bulleted(s string, l literal) bool {
	from, _ := lineOf(s, l.start, l.end)
	before := strings.TrimLeft(s[from:l.start], " \t>")
	return strings.HasPrefix(before, "•") || before != "" && strings.IndexByte("-*+|", before[0]) >= 0 && !strings.HasPrefix(before, "**")
}

// begins says whether a date begins its line, after a bullet or a version at most.
func begins(s string, l literal) bool {
	from, _ := lineOf(s, l.start, l.end)
	return l.start-from < 40 && onlyGlue(fold(s[from:l.start]))
}

// maxEntry is how far apart the entries of a list of changes may stand, in bytes.
const maxEntry = 700

// inHistory says whether a list of changes is announced just above a date.
func (f *finder) inHistory(l literal) bool {
	from, _ := lineOf(f.s, l.start, l.end)
	return histories.in(fold(valid(f.s[max(0, from-80):from])))
}

// history is the newest date, not after the day now, of a list of changes: entries
// that begin with a date, below a heading that says so or saying so themselves.
func (f *finder) history() (literal, bool) {
	for i := 0; i < len(f.all); i++ {
		if f.all[i].short || !begins(f.s, f.all[i]) {
			continue
		}
		j, entries, telling := i, 0, 0
		newest := literal{}
		for k := i; k < len(f.all) && f.all[k].start-f.all[j].end < maxEntry; k++ {
			if !begins(f.s, f.all[k]) {
				continue
			}
			j = k
			entries++
			_, to := lineOf(f.s, f.all[k].start, f.all[k].end)
			if changes.in(fold(valid(f.s[f.all[k].end:min(to, f.all[k].end+200)]))) {
				telling++
			}
			if newest.before(f.all[k]) && !f.future(f.all[k]) {
				newest = f.all[k]
			}
		}
		from, _ := lineOf(f.s, f.all[i].start, f.all[i].end)
		above := fold(valid(f.s[max(0, from-220):from]))
		near := above[max(0, len(above)-80):]
		switch {
		case newest.y == 0 || former.in(near):
		case entries > 1 && histories.in(above), histories.in(near), entries > 2 && telling*3 >= entries*2:
			return newest, true
		}
		i = j
	}
	return literal{}, false
}
