"""Words that say nothing of what customers can or cannot do (R33): a sentence of these alone is about the incident or about us.

What fails has a name of its own, such as payments, doors or tickets, and is not among them. A sentence with a word that is not here is
judged by its other rules, so a word that is missing costs a finding and never adds a false one.
"""

_WORDS = """
a able about according across action actions active actively additional address addressed addressing aedt aest affect affected affecting
after afternoon again against alerted all along also always am amid an analysing analysis analyze analyzing and anomaly another any
anybody anything apologetic apologies apologise apologize apology application applications applied apply applying appreciate appreciated
are area areas aren't arise arisen arose as asap aside assess assessed assessing assessment assured at attention availability available
await awaited awaiting aware awareness back be bear bearing because been before begin begun behind being believe below best better between
beyond bit both bridge brought bst busy but by call can cause caused causes causing certain changed cest cet check checked checking clear clock
close closed closely closer colleague colleagues come comes coming committed complete completed component components concern concerning
conditions confirm confirmed confirming connection constantly consultation contact continue continued continues continuing continuously
control cooperation corrected correcting could crew current currently customer customers date day dear deck decreased degradation degraded
deployed deploying deployment despite detail details detected determine determined developer developers developing development diagnose
diagnosed diagnosing diagnosis did didn't difficulties difficulty diligently discovered disruption disruptions do does doesn't doing don't
done down due during each edt effect effort efforts element elements elevated else emerge emerged encountered encountering engaged
engaging engineer engineering engineers ensure environment escalated est establish established evaluate evaluated even evening event
events ever every everybody everybody's everyone everyone's everything evolving examine examined examining expect expected experience
experienced experiences experiencing expert expertise experts explore eye feature features few fifteen finding findings first five fix
fixed fixes fixing flagged focused folks follow following follows for forty forward found four free fri friday from frustrating
frustration full fully function functionality functions further gather gathering get getting give given gmt go goes going got gradually
grateful gratitude h had half hand handle handling hands hang happened happening hard has hasn't have haven't having hear heard hello help
here hereby hi highest hit hold hope hour hourly hours how however hrs i i'm identified identify identifying if immediate immediately
impact impacted impacting impacts impaired implement implementation implemented implementing improve improved improvement improves
improving in incident incidents inconvenience inform information informed infrastructure initial inspect inspected inspecting instability
instance interest interim intermittent internal interruption interruptions into investigate investigated investigating investigation
investigations involve involved irregular is isn't issue issues ist it it's item items its join jst just keep keeping kept kind kindly
know known large last lately later latest launched leadership learn learned least less let's level like likely little live located
locating long look looked looking looks lot low made maintain maintaining make makes making management manner many matter matters may mean
means meant meantime measure measures message met midnight might min mind minds mins minute minutes mitigate mitigated mitigating
mitigation mobilised mobilized moment moments mon monday monitor monitored monitoring more morning most move much multiple must name
nature near nearly necessary need needed never new news next night ninety no noon normality not noted nothing notice noticed now number
o'clock observe observed observing occur occurred occurrence occurring of off often on once one ones ongoing online only onto operation
operational operations or other others otherwise our ours out outage outages over own pace page part partial partially particular parties
partner partners parts party patch patched patching patience patient pdt people people's per performance period persist phase pinpoint
place plan platform please pleased plenty pm point possible possibly post posted posting potential presently priority problem problems
process product products professionals progress progressing promise promptly proposed provide provided providing pst public push quarter
quick quickly quite raise raised rapid rapidly rather reach reached ready really receive received recent recover recovering recovery
rectified rectify rectifying reduced refine regarding region regions regret regularly related relation relevant remain remains remediation
remedied remedy remedying report reported reporting reports reproduce reproduced request require resolution resolve resolved resolving
resource resources respect respond responded response restoration restore restored restoring result results revert reverted reverting
review reviewed reviewing right roll rollback rolled rolling room root round running same sat saturday see seeing seen send serious
seriously service services several shall share shared sharing shortly should show sign signs since sincere sincerely site situation six
sixty slight slowly small so solution solutions solve solved solving some somebody someone something soon sorry source specialist
specialists specific spotted stabilise stabilised stabilising stability stabilize stabilized stabilizing stable staff stage stand start
started state status stay steadily steady step steps still stop strive striving such suffer suffering suffers suitable sun sunday support
sure suspected swift swiftly system systems tackle take taken takes taking team teams technical technician technicians tell temporary ten
test tested testing than thank thankful thanks that that's the their them then there there's therefore these they things thirty this
thorough thoroughly those though three through thu thursday thus tier tight time times tireless tirelessly to today together tomorrow tonight
too top towards trace traced tracing track tracking treat treating tried trouble troubles troubleshoot troubleshooting try trying tue
tuesday tuned turn twenty two under understand understanding understood underway unexpected unforeseen unfortunately unknown unplanned
unstable until unusual up update updated updates updating upon urgency urgent us use user users utc utmost validate validated validating
valued various vendor vendors verify very via view vigorously vital wait waiting want war was wasn't watch watching way we we'd we'll
we're we've wed wednesday weekend well were weren't what what's when where whether which while whilst who who's whom whose why wide will
with within without won't work workaround worked working works worried worry would write writing wrong yet you you'll your
"""
ABOUT_US = frozenset(_WORDS.split())
