package change

import (
	"regexp"

	"github.com/clausea/crawler/internal/document/language"
	"github.com/clausea/crawler/internal/document/tokenize"
)

const (
	// minDocumentWords is how many words a text has at least that can be lost.
	minDocumentWords = 40
	// remnantShare is the share of the words below which what is left is no revision, if
	// it is no longer than remnantWords. Among the recorded histories of public documents
	// no revision kept less than 0.14 of the text, and that was 371 words.
	remnantShare = 0.2
	remnantWords = 100
	// otherTextShare and otherTextWords are the same for a text with nothing of the old one.
	otherTextShare = 0.5
	otherTextWords = 400
	// minLanguageWords is how many words a text has at least whose language can be told.
	minLanguageWords = 80
	// interstitialWords is how far from its beginning a page says that it is a door, in words.
	interstitialWords = 80
	// maxSampleWords bounds how much of a text is looked at for what it has of the old one,
	// in words.
	maxSampleWords = 5000
	// shingleSize is how many words in a row are looked for in the old text.
	shingleSize = 4
)

// lostText says whether the new page lost the document's text: an error, login or consent
// page, a page that waits for scripts, a remnant, another text altogether, or the same
// document in another language, which a site gives by the reader's place.
func lostText(old, cur Input, a, b *parsedText) bool {
	if old.WordCount < minDocumentWords {
		return false
	}
	share := float64(cur.WordCount) / float64(old.WordCount)
	if share < remnantShare && cur.WordCount < remnantWords {
		return true
	}
	common := commonShare(a, b)
	switch {
	case common >= 0.5:
		return false
	case cur.ErrorPage, cur.WordCount <= otherTextWords && isInterstitial(b):
		return true
	case common >= 0.2:
		return false
	case cur.NotLegal, share < remnantShare:
		return true
	case share < otherTextShare && cur.WordCount < otherTextWords:
		return true
	}
	if old.WordCount < minLanguageWords || cur.WordCount < minLanguageWords {
		return false
	}
	was, is := language.Of(old.Text), language.Of(cur.Text)
	return was != "" && is != "" && was != is
}

// commonShare is the share of the new words that stand in the old text in the same order, by
// whole blocks and by shingles.
func commonShare(a, b *parsedText) float64 {
	have := map[uint64]bool{}
	for _, s := range a.hashes {
		have[s] = true
	}
	all, found := 0, 0
	for j, s := range b.hashes {
		all += b.wordCounts[j]
		if have[s] {
			found += b.wordCounts[j]
		}
	}
	if all == 0 {
		return 0
	}
	if found*2 >= all {
		return 1
	}
	old, cur := map[uint64]bool{}, map[uint64]bool{}
	a.addShingles(old, 20*maxSampleWords)
	b.addShingles(cur, maxSampleWords)
	n := 0
	for s := range cur {
		if old[s] {
			n++
		}
	}
	return max(float64(found)/float64(all), float64(n)/float64(max(1, len(cur))))
}

// addShingles adds the sums of the runs of words of a text's first blocks.
func (t *parsedText) addShingles(out map[uint64]bool, maxWords int) {
	var ws []tokenize.Word
	n := 0
	for i, b := range t.blocks {
		if n += t.wordCounts[i]; n > maxWords {
			return
		}
		ws = tokenize.Words(ws[:0], b.Text)
		for j := 0; j+shingleSize <= len(ws); j++ {
			out[hashWords(ws[j:j+shingleSize])] = true
		}
	}
}

// isInterstitial says whether a short page begins as an error, a login, a question for consent or
// a page that waits for scripts.
func isInterstitial(t *parsedText) bool {
	var fold []byte
	n := 0
	for i := range t.blocks {
		if n += t.wordCounts[i]; n > interstitialWords && i > 0 {
			break
		}
		fold = tokenize.Fold(fold, t.blocks[i].Text)
	}
	return interstitialPattern.Match(fold)
}

var interstitialPattern = regexp.MustCompile(` (?:` +
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
