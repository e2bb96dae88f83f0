package change

import (
	"regexp"

	"github.com/clausea/crawler/internal/document/language"
	"github.com/clausea/crawler/internal/document/plain"
)

const (
	// minWhole is how many words a text has at least that can be lost.
	minWhole = 40
	// leftShare is the share of the words below which what is left is no revision, if
	// it is no longer than leftWords. Among the recorded histories of public documents
	// no revision kept less than 0.14 of the text, and that was 371 words.
	leftShare = 0.2
	leftWords = 100
	// shortShare and shortWords are the same for a text with nothing of the old one.
	shortShare = 0.5
	shortWords = 400
	// minLanguage is how many words a text has at least whose language can be told.
	minLanguage = 80
	// doorWords is how far from its beginning a page says that it is a door, in words.
	doorWords = 80
	// sample bounds how much of a text is looked at for what it has of the old one,
	// in words.
	sample = 5000
	// shingle is how many words in a row are looked for in the old text.
	shingle = 4
)

// broken says whether the new page lost the document's text: an error, login or consent
// page, a page that waits for scripts, a remnant, another text altogether, or the same
// document in another language, which a site gives by the reader's place.
func broken(old, cur Input, a, b *text) bool {
	if old.WordCount < minWhole {
		return false
	}
	share := float64(cur.WordCount) / float64(old.WordCount)
	if share < leftShare && cur.WordCount < leftWords {
		return true
	}
	kept := common(a, b)
	switch {
	case kept >= 0.5:
		return false
	case cur.ErrorPage, cur.WordCount <= shortWords && door(b):
		return true
	case kept >= 0.2:
		return false
	case cur.NotLegal, share < leftShare:
		return true
	case share < shortShare && cur.WordCount < shortWords:
		return true
	}
	if old.WordCount < minLanguage || cur.WordCount < minLanguage {
		return false
	}
	was, is := language.Of(old.Text), language.Of(cur.Text)
	return was != "" && is != "" && was != is
}

// common is the share of the new words that stand in the old text in the same order, by
// whole blocks and by shingles.
func common(a, b *text) float64 {
	have := map[uint64]bool{}
	for _, s := range a.sums {
		have[s] = true
	}
	all, found := 0, 0
	for j, s := range b.sums {
		all += b.counts[j]
		if have[s] {
			found += b.counts[j]
		}
	}
	if all == 0 {
		return 0
	}
	if found*2 >= all {
		return 1
	}
	old, cur := map[uint64]bool{}, map[uint64]bool{}
	a.shingles(old, 20*sample)
	b.shingles(cur, sample)
	n := 0
	for s := range cur {
		if old[s] {
			n++
		}
	}
	return max(float64(found)/float64(all), float64(n)/float64(max(1, len(cur))))
}

// shingles adds the sums of the runs of words of a text's first blocks.
func (t *text) shingles(out map[uint64]bool, most int) {
	var ws []plain.Word
	n := 0
	for i, b := range t.blocks {
		if n += t.counts[i]; n > most {
			return
		}
		ws = plain.Words(ws[:0], b.Text)
		for j := 0; j+shingle <= len(ws); j++ {
			out[sum(ws[j:j+shingle])] = true
		}
	}
}

// door says whether a short page begins as an error, a login, a question for consent or
// a page that waits for scripts.
func door(t *text) bool {
	var fold []byte
	n := 0
	for i := range t.blocks {
		if n += t.counts[i]; n > doorWords && i > 0 {
			break
		}
		fold = plain.Fold(fold, t.blocks[i].Text)
	}
	return doors.Match(fold)
}

var doors = regexp.MustCompile(` (?:` +
	// errors
	`(?:page|document|file|url|site) (?:was |is |could |can )?not (?:be )?(?:found|available|exist)|404|403 forbidden|50[0234] (?:error|bad gateway|service|internal|gateway)|access (?:to this page )?(?:has been )?denied|something went wrong|an error (?:has )?occurred|(?:temporarily|currently) unavailable|service unavailable|under maintenance|seite (?:wurde )?nicht gefunden|page (?:est )?introuvable|page n'existe|página no (?:encontrada|existe|disponible)|pagina non (?:è stata )?trovata|página não (?:foi )?encontrada|pagina (?:is )?niet gevonden` +
	// robots
	`|checking (?:your|if the) (?:browser|site)|verify(?:ing)? (?:that )?you are (?:a )?human|(?:are|you're|you are) (?:you )?(?:not )?a robot|unusual traffic|just a moment|complete the (?:security check|captcha)|captcha|(?:enable|allow) cookies|attention required|cloudflare ray|request (?:was |has been )?blocked|security service to protect` +
	// scripts
	`|(?:enable|activate|requires?|without|turn on) javascript|javascript (?:is |must be |to be )?(?:disabled|required|enabled)|need to enable javascript|javascript (?:ist )?(?:deaktiviert|aktivieren)|aktivieren sie (?:bitte )?javascript|activer (?:le )?javascript|activez javascript|javascript (?:est )?désactivé|(?:habilitar|habilite|active|activar) (?:el )?javascript|(?:abilita|attiva|attivare|abilitare) javascript|(?:ative|ativar|habilite) o? ?javascript|javascript (?:inschakelen|in te schakelen|is uitgeschakeld)|unsupported browser|browser (?:is )?not supported|update your browser` +
	// doors
	`|(?:sign|log) ?in (?:to|or) (?:continue|your|view|create|sign|register)|please (?:sign|log) ?in|(?:must|need to) (?:be logged|log|sign) in|forgot (?:your )?password|create an account|bitte (?:melden sie sich|anmelden|einloggen)|passwort vergessen|connectez vous|se connecter|mot de passe oublié|(?:inicia|iniciar|inicie) (?:sesión|sessão)|contraseña olvidada|olvidaste tu contraseña|accedi (?:per|al)|password dimenticata|esqueceu? (?:a |sua )?(?:senha|palavra)|inloggen|wachtwoord vergeten|confirm (?:your age|that you are)|verify your age|choose your (?:country|region)` +
	// consent
	`|before you continue|bevor (?:sie|du) fortf(?:ahren|ährst)|avant de continuer|antes de continuar|prima di continuare|voordat (?:je|u) verder|(?:we|wir|nous|valoramos) (?:value|schätzen|respektieren|respectons|su|tu) (?:your |ihre |deine |votre )?(?:privacy|privatsphäre|vie|privacidad)` +
	// waiting
	`|(?:please wait|loading|bitte warten|wird geladen|chargement|patientez|cargando|caricamento|carregando|a carregar|even geduld)(?: |$))`)
