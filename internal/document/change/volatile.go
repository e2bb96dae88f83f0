package change

import (
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/markdown"
	"github.com/clausea/crawler/internal/document/tokenize"
)

// maxVolatileBytes is the maximum length of a line of volatile boilerplate. It was chosen by
// hand.
const maxVolatileBytes = 160

// volatileBlocks marks the blocks that change without a revision: language pickers,
// counters, and the time at which the page was generated or checked.
func volatileBlocks(blocks []markdown.Block) []bool {
	return volatileFolds(blocks, foldShortBlocks(blocks))
}

// shortFolds holds the folded texts of the blocks that may be volatile.
type shortFolds struct {
	text string
	ends []int // end of the fold of each block; the fold of any other block is empty
}

func foldShortBlocks(blocks []markdown.Block) shortFolds {
	var text []byte
	ends := make([]int, len(blocks))
	for i, b := range blocks {
		if !isLongOrHeading(b) {
			text = tokenize.Fold(text, b.Text)
		}
		ends[i] = len(text)
	}
	return shortFolds{string(text), ends}
}

// of returns the fold of block i.
func (f *shortFolds) of(i int) string {
	if i == 0 {
		return f.text[:f.ends[0]]
	}
	return f.text[f.ends[i-1]:f.ends[i]]
}

// isLongOrHeading reports whether a block cannot be volatile.
func isLongOrHeading(b markdown.Block) bool {
	return len(b.Text) > maxVolatileBytes || b.Kind == markdown.Heading
}

// volatileFolds is volatileBlocks for blocks whose folds are known.
func volatileFolds(blocks []markdown.Block, folds shortFolds) []bool {
	volatile := make([]bool, len(blocks))
	run := 0 // number of preceding blocks that are a single language name
	for i, b := range blocks {
		if isLongOrHeading(b) {
			run = 0
			continue
		}
		f := folds.of(i)
		switch n := countLanguageNames(f); {
		case n >= minPickerLanguages && b.Kind != markdown.TableRow:
			volatile[i] = true
		case n == 1 && b.Kind != markdown.TableRow:
			if run++; run >= minPickerLanguages {
				for j := i - run + 1; j <= i; j++ {
					volatile[j] = true
				}
			}
			continue
		case volatileStarts.may(f) && hasDigitOrAge(f) && volatileLine.MatchString(f):
			volatile[i] = true
		}
		run = 0
	}
	return volatile
}

// hasDigitOrAge reports whether a folded line has a digit or the word "ago".
func hasDigitOrAge(s string) bool {
	return strings.ContainsAny(s, "0123456789") || strings.Contains(s, " ago")
}

// minPickerLanguages is the minimum number of languages in a language picker.
const minPickerLanguages = 3

// countLanguageNames counts the language names in a folded line. It returns 0 if the line
// has other words than languages and their qualifiers.
func countLanguageNames(fold string) int {
	n := 0
	for w := range strings.FieldsSeq(fold) {
		switch {
		case languageNames[w]:
			n++
		case n > 0 && languageQualifiers[w]:
		default:
			return 0
		}
	}
	return n
}

// wordSet returns the set of words in a list.
func wordSet(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// datePattern matches a date in folded words, and text around it.
const datePattern = `(?:\S+ ){0,5}(?:(?:19|20)\d\d|\d+\.\d+\.\d+|\d+ \d+ \d+)(?: .*)?`

// Patterns of volatile boilerplate. All are folded.
var (
	// languageNames are the names of languages in language pickers.
	languageNames = wordSet(`english deutsch français francais español espanol italiano português portugues nederlands polski svenska dansk
		norsk suomi čeština cestina slovenčina magyar română romana ελληνικά български русский українська türkçe hrvatski slovenščina
		eesti latviešu lietuvių català euskara galego íslenska bahasa tiếng filipino melayu العربية עברית हिन्दी বাংলা 한국어
		german french spanish italian portuguese dutch polish swedish danish norwegian finnish czech hungarian romanian greek
		bulgarian russian ukrainian turkish croatian japanese chinese korean arabic hebrew hindi thai vietnamese indonesian
		englisch französisch spanisch italienisch portugiesisch niederländisch anglais allemand espagnol italien portugais néerlandais`)
	// languageQualifiers are countries, regions and codes next to a language's name.
	languageQualifiers = wordSet(`us uk gb en de fr es it pt br nl ca mx au ch at be usa united states kingdom canada brasil brazil méxico mexico
		españa latinoamérica latam international global deutschland österreich schweiz suisse france belgique belgië indonesia việt
		simplified traditional`)

	// volatileLine matches lines with values that change without a revision: visits,
	// votes, reading time, and the time at which the page was generated, checked or
	// printed. It does not match the date of the last update, except in relative form ("2
	// days ago").
	volatileLine = regexp.MustCompile(`^ (?:` + strings.Join([]string{
		`(?:page )?(?:views?|visits?|hits|viewed|visitors?|visites|aufrufe|visitas|visualizzazioni|visualizações|weergaven)(?: count)? [\d.]+k?(?: times| mal| fois)?`,
		`[\d.]+[km]? (?:page )?(?:views?|visits?|hits|visitors?|reads?|readers?|downloads?|likes?|comments?|shares?|followers?|vues|visites|aufrufe|besucher|visitas|vistas|visualizzazioni|visualizações|weergaven|kommentare|commentaires|comentarios|commenti|reacties)`,
		`(?:this (?:page|article) has been )?viewed [\d.]+ times`,
		`[\d.]+ (?:out )?of [\d.]+ (?:people )?found this helpful`,
		`[\d.]+ (?:von|sur|de|di|van) [\d.]+ (?:personen )?(?:fanden dies hilfreich|ont trouvé cela utile|encontraron útil.*|utenti.*|acharam isto útil|vonden dit nuttig)`,
		`(?:reading time |lesezeit |temps de lecture )?(?:about |ca )?[\d.]+ (?:min|mins|minutes?|minuten|minuti|minutos) (?:read|reading time|lesezeit|de lecture|de lectura|di lettura|de leitura|leestijd)`,
		`(?:(?:last )?updated |edited |modified |aktualisiert |mis à jour |actualizado |aggiornato |atualizado |bijgewerkt )?(?:about |over |almost )?(?:an?|one|[\d.]+) (?:second|minute|hour|day|week|month|year)s? ago`,
		`(?:aktualisiert |zuletzt aktualisiert )?vor (?:etwa |über )?(?:einem|einer|[\d.]+) (?:sekunde|minute|stunde|tag|woche|monat|jahr)(?:n|en|e)?`,
		`(?:mis à jour |modifié )?il y a (?:environ |plus d )?(?:un|une|[\d.]+) (?:seconde|minute|heure|jour|semaine|mois|an)s?`,
		`(?:actualizado )?hace (?:un|una|[\d.]+) (?:segundo|minuto|hora|día|semana|mes|año)(?:s|es)?`,
		`(?:page )?(?:generated|rendered|loaded) in [\d.]+ (?:ms|s|sec|seconds?|milliseconds?)`,
		`(?:page )?(?:last )?(?:checked|crawled|fetched|retrieved|accessed|generated|rendered|loaded|printed|viewed|cached)(?: on| at)? ` + datePattern,
		`(?:current|server|local) (?:date|time)(?: and time)? ` + datePattern,
		`today(?: is|'s date)(?: is)? ` + datePattern,
		`(?:zuletzt (?:geprüft|abgerufen)|abgerufen|abgefragt|gedruckt|ausgedruckt|seite erstellt|stand der abfrage)(?: am| um)? ` + datePattern,
		`(?:dernière vérification|vérifié|consulté|imprimé|page générée|date d'impression)(?: le| en)? ` + datePattern,
		`(?:última comprobación|comprobado|consultado|impreso|página generada)(?: el| en)? ` + datePattern,
		`(?:ultima verifica|verificato|consultato|stampato|pagina generata)(?: il| in)? ` + datePattern,
		`(?:última verificação|verificado|consultado|impresso|página gerada)(?: em)? ` + datePattern,
		`(?:laatst gecontroleerd|gecontroleerd|geraadpleegd|afgedrukt|pagina gegenereerd)(?: op)? ` + datePattern,
		`(?:ray|request|trace|session|reference|incident|event) id .*`,
	}, `|`) + `)$`)
	// volatileStarts are the starts of the lines that volatileLine matches.
	volatileStarts = newLineStarts(volatileLine)
)
