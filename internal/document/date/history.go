package date

// historyTerms are stems of headings of change histories, folded.
var historyTerms = newStemSet(
	"change log", "changelog", "change history", "revision history", "version history", "history of changes", "document history", "update history", "updates", "update log", "amendments", "summary of changes", "changes to this", "what's changed", "recent changes",
	"historique", "journal des modifications", "anderungshistorie", "versionshistorie", "anderungsverlauf", "anderungsprotokoll", "anderungen", "historial de cambios", "registro de cambios", "control de versiones", "historial de versiones", "cronologia", "storico", "historico", "registo de alteracoes", "wijzigingen", "versiegeschiedenis", "historia zmian", "andringshistorik", "revisionshistorik", "versionshistorik", "endringslogg", "muutoshistoria", "versiohistoria", "historie zmen",
	"改定履歴", "改訂履歴", "変更履歴", "附則", "附则", "修订记录", "更新记录", "版本历史", "更新日志", "개정이력", "개정 이력", "변경이력", "변경 이력", "부칙",
	"version | date", "version|date", "date | change", "date | version", "date | description", "version | datum", "datum | anderung", "version | fecha", "fecha | ", "date | modification", "versie | datum", "versione | data",
)

// changeTerms are stems of verbs for changes to a document, folded.
var changeTerms = newStemSet(
	"updated", "added", "removed", "changed", "clarif", "amended", "revised", "reworded", "deleted", "corrected",
	"ajoute", "retire", "modifi", "precis", "change", "mis a jour", "supprime", "corrige",
	"erganzt", "hinzugefugt", "entfernt", "geandert", "aktualisiert", "angepasst", "gestrichen",
	"anadid", "eliminad", "actualizad", "aggiunt", "rimoss", "aggiornat", "adicionad", "removid", "atualizad", "alterad", "toegevoegd", "verwijderd", "gewijzigd", "bijgewerkt", "dodano", "usunieto", "zmieniono", "lagt till", "tagit bort", "tilfojet", "fjernet",
)

// maxEntryGap is the maximum distance between two entries of a change history, in bytes.
const maxEntryGap = 700

// belowHistoryHeading reports whether the heading of a change history is directly above a
// date.
func (f *finder) belowHistoryHeading(l dateLiteral) bool {
	from, _ := lineOf(f.text, l.start, l.end)
	return historyTerms.foundIn(fold(trimPartialRunes(f.text[max(0, from-80):from])))
}

// newestHistoryEntry returns the newest past date of a change history. The entries of a
// history begin with a date. They are below a heading from historyTerms, or two thirds of
// them have one of changeTerms.
func (f *finder) newestHistoryEntry() (dateLiteral, bool) {
	for i := 0; i < len(f.literals); i++ {
		if f.literals[i].needsCue || !startsLine(f.text, f.literals[i]) {
			continue
		}
		j, entries, withChangeTerm := i, 0, 0
		newest := dateLiteral{}
		for k := i; k < len(f.literals) && f.literals[k].start-f.literals[j].end < maxEntryGap; k++ {
			if !startsLine(f.text, f.literals[k]) {
				continue
			}
			j = k
			entries++
			_, to := lineOf(f.text, f.literals[k].start, f.literals[k].end)
			if changeTerms.foundIn(fold(trimPartialRunes(f.text[f.literals[k].end:min(to, f.literals[k].end+200)]))) {
				withChangeTerm++
			}
			if newest.isBefore(f.literals[k]) && !f.isFuture(f.literals[k]) {
				newest = f.literals[k]
			}
		}
		from, _ := lineOf(f.text, f.literals[i].start, f.literals[i].end)
		above := fold(trimPartialRunes(f.text[max(0, from-220):from]))
		near := above[max(0, len(above)-80):]
		switch {
		case newest.year == 0 || formerTerms.foundIn(near):
		case entries > 1 && historyTerms.foundIn(above), historyTerms.foundIn(near), entries > 2 && withChangeTerm*3 >= entries*2:
			return newest, true
		}
		i = j
	}
	return dateLiteral{}, false
}
