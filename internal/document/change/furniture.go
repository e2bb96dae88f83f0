package change

import (
	"regexp"
	"strings"

	"github.com/clausea/crawler/internal/document/plain"
)

// maxFurniture is the longest line that may be a page's furniture, in bytes.
const maxFurniture = 160

// furniture finds the blocks that are never part of a document and change by
// themselves: language pickers, counters, the time of the page's making or checking.
func furniture(blocks []plain.Block) []bool {
	skip := make([]bool, len(blocks))
	run := 0 // blocks before this one that are nothing but a language's name
	var fold []byte
	for i, b := range blocks {
		if len(b.Text) > maxFurniture || b.Kind == plain.Heading {
			run = 0
			continue
		}
		fold = plain.Fold(fold[:0], b.Text)
		f := string(fold)
		switch n := languages(f); {
		case n >= minPicker && b.Kind != plain.TableRow:
			skip[i] = true
		case n == 1 && b.Kind != plain.TableRow:
			if run++; run >= minPicker {
				for j := i - run + 1; j <= i; j++ {
					skip[j] = true
				}
			}
			continue
		case hasDigit(f) && selfChanging.MatchString(f):
			skip[i] = true
		}
		run = 0
	}
	return skip
}

func hasDigit(s string) bool {
	return strings.ContainsAny(s, "0123456789") || strings.Contains(s, " ago")
}

// minPicker is how many languages' names make a picker.
const minPicker = 3

// languages counts the names of languages in a folded line that has nothing else,
// else 0. Names of countries and codes may stand beside them.
func languages(fold string) int {
	n := 0
	for w := range strings.FieldsSeq(fold) {
		switch {
		case languageNames[w]:
			n++
		case n > 0 && besideLanguage[w]:
		default:
			return 0
		}
	}
	return n
}

func set(words string) map[string]bool {
	m := map[string]bool{}
	for w := range strings.FieldsSeq(words) {
		m[w] = true
	}
	return m
}

// day is a date in folded words, and what may stand around it.
const day = `(?:\S+ ){0,5}(?:(?:19|20)\d\d|\d+\.\d+\.\d+|\d+ \d+ \d+)(?: .*)?`

var (
	languageNames = set(`english deutsch français francais español espanol italiano português portugues nederlands polski svenska dansk
		norsk suomi čeština cestina slovenčina magyar română romana ελληνικά български русский українська türkçe hrvatski slovenščina
		eesti latviešu lietuvių català euskara galego íslenska bahasa tiếng filipino melayu العربية עברית हिन्दी বাংলা 한국어
		german french spanish italian portuguese dutch polish swedish danish norwegian finnish czech hungarian romanian greek
		bulgarian russian ukrainian turkish croatian japanese chinese korean arabic hebrew hindi thai vietnamese indonesian
		englisch französisch spanisch italienisch portugiesisch niederländisch anglais allemand espagnol italien portugais néerlandais`)
	besideLanguage = set(`us uk gb en de fr es it pt br nl ca mx au ch at be usa united states kingdom canada brasil brazil méxico mexico
		españa latinoamérica latam international global deutschland österreich schweiz suisse france belgique belgië indonesia việt
		simplified traditional`)

	// selfChanging are lines, in folded words, whose figures change without anybody's
	// doing: visits, votes, reading time, and when the page was made, checked or printed.
	// That a document was last updated is none of them, unless the time is told as so
	// long ago.
	selfChanging = regexp.MustCompile(`^ (?:` + strings.Join([]string{
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
		`(?:page )?(?:last )?(?:checked|crawled|fetched|retrieved|accessed|generated|rendered|loaded|printed|viewed|cached)(?: on| at)? ` + day,
		`(?:current|server|local) (?:date|time)(?: and time)? ` + day,
		`today(?: is|'s date)(?: is)? ` + day,
		`(?:zuletzt (?:geprüft|abgerufen)|abgerufen|abgefragt|gedruckt|ausgedruckt|seite erstellt|stand der abfrage)(?: am| um)? ` + day,
		`(?:dernière vérification|vérifié|consulté|imprimé|page générée|date d'impression)(?: le| en)? ` + day,
		`(?:última comprobación|comprobado|consultado|impreso|página generada)(?: el| en)? ` + day,
		`(?:ultima verifica|verificato|consultato|stampato|pagina generata)(?: il| in)? ` + day,
		`(?:última verificação|verificado|consultado|impresso|página gerada)(?: em)? ` + day,
		`(?:laatst gecontroleerd|gecontroleerd|geraadpleegd|afgedrukt|pagina gegenereerd)(?: op)? ` + day,
		`(?:ray|request|trace|session|reference|incident|event) id .*`,
	}, `|`) + `)$`)
)
