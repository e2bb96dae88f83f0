package subprocessor

import (
	"strings"

	"github.com/clausea/crawler/internal/document/tokenize"
)

// knownPlaces contains countries and regions as folded words: in English and, where they
// differ, in German, French, Spanish, Italian, Portuguese and Dutch.
var knownPlaces = func() map[string]bool {
	m := map[string]bool{}
	for p := range strings.SplitSeq(placeNames, ",") {
		m[strings.Join(strings.Fields(p), " ")] = true
	}
	return m
}()

const placeNames = `us,usa,u s,u s a,united states,united states of america,uk,u k,gb,united kingdom,great britain,england,scotland,eu,e u,eea,european union,
	european economic area,europe,global,worldwide,international,north america,latin america,apac,emea,asia,asia pacific,middle east,
	ireland,germany,france,spain,italy,portugal,netherlands,the netherlands,belgium,luxembourg,austria,switzerland,liechtenstein,denmark,sweden,norway,finland,
	iceland,poland,czech republic,czechia,slovakia,slovenia,hungary,romania,bulgaria,greece,cyprus,malta,croatia,serbia,estonia,latvia,lithuania,ukraine,
	turkey,türkiye,israel,russia,canada,mexico,brazil,argentina,chile,colombia,peru,uruguay,costa rica,panama,australia,new zealand,japan,china,hong kong,
	taiwan,south korea,korea,republic of korea,singapore,malaysia,thailand,vietnam,indonesia,philippines,the philippines,india,pakistan,bangladesh,sri lanka,
	united arab emirates,uae,saudi arabia,qatar,egypt,morocco,tunisia,south africa,kenya,nigeria,ghana,mauritius,armenia,georgia,belarus,moldova,
	california,virginia,oregon,ohio,texas,new york,washington,massachusetts,delaware,london,dublin,frankfurt,paris,amsterdam,
	vereinigte staaten,vereinigte staaten von amerika,vereinigtes königreich,großbritannien,europäische union,europa,weltweit,irland,deutschland,frankreich,spanien,italien,
	niederlande,belgien,luxemburg,österreich,schweiz,dänemark,schweden,norwegen,finnland,polen,tschechien,ungarn,rumänien,bulgarien,griechenland,kanada,brasilien,australien,neuseeland,
	indien,singapur,südkorea,südafrika,türkei,estland,lettland,litauen,ewr,
	états unis,états unis d'amérique,royaume uni,union européenne,monde,irlande,allemagne,espagne,italie,pays bas,belgique,autriche,suisse,danemark,suède,norvège,finlande,pologne,
	république tchèque,hongrie,roumanie,bulgarie,grèce,brésil,australie,nouvelle zélande,japon,chine,inde,singapour,corée du sud,afrique du sud,maroc,tunisie,ue,eee,
	estados unidos,ee uu,eeuu,reino unido,unión europea,irlanda,alemania,francia,españa,italia,países bajos,bélgica,suiza,dinamarca,suecia,noruega,finlandia,polonia,hungría,rumanía,
	grecia,canadá,méxico,brasil,japón,singapur,sudáfrica,
	stati uniti,stati uniti d'america,regno unito,unione europea,germania,spagna,portogallo,paesi bassi,belgio,lussemburgo,svizzera,danimarca,svezia,norvegia,romania,brasile,giappone,cina,
	união europeia,irlanda,alemanha,frança,espanha,itália,países baixos,áustria,suíça,dinamarca,suécia,noruega,finlândia,polónia,polônia,japão,índia,singapura,
	verenigde staten,vs,verenigd koninkrijk,europese unie,ierland,duitsland,frankrijk,spanje,nederland,oostenrijk,zwitserland,denemarken,zweden,noorwegen,hongarije,roemenië,griekenland,brazilië,australië,japan`

// maxPlaceWords is the maximum number of words in a place.
const maxPlaceWords = 14

// isPlace reports whether a text is a country or region, a list of them, or ends with one, as
// in "Dublin, Ireland".
func isPlace(s string) bool {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 160 || len(strings.Fields(s)) > maxPlaceWords {
		return false
	}
	last := s[strings.LastIndexAny(s, ",;/&(")+1:]
	if isKnownPlace(last) {
		return true
	}
	for _, and := range []string{" and ", " und ", " et ", " y ", " e ", " en ", " or "} {
		if i := strings.LastIndex(last, and); i >= 0 && isKnownPlace(last[i+len(and):]) {
			return true
		}
	}
	return false
}

func isKnownPlace(s string) bool {
	return knownPlaces[strings.TrimPrefix(string(tokenize.Fold(nil, s)), " ")]
}
