"""Common first names of many countries (R33, R44): a capitalised word among them is a person, whatever it is said to have done.

A name that is missing is still found beside what only people do ("forgot", "did not check"). Names that are mostly products or words
(Jenkins, Ruby, Will, May) are left out.
"""

_NAMES = """
aaron abdul abdullah abigail adam adrian adriana agnes agnieszka ahmad ahmed aisha akira alan albert alberto aleksandr alejandra alejandro alex
alexander alexandra alexei alfonso alfred ali alice alicia alina alison allison amanda amara amber amelia amina amir amit amy ana anastasia
anders andrea andreas andrei andrej andrew andrzej andy anette angela angelo anika anil anita anja anjali ann anna anne annette annika anton
antonia antonio anya arjun armin arne arnold arthur arturo arun asha ashley astrid ayesha barbara bart bartek beata beatrice beatriz ben benedikt
benjamin bernard bernd bertha beth bettina bianca bill birgit bjorn bob boris brad brandon brenda brent brian brigitte bruce bruno bryan camila
camille carl carla carlo carlos carmen carol carolina caroline catherine cecilia cedric chandra charles charlie charlotte chen chiara chidi chloe
chris christian christina christine christoph christopher claire clara claudia claudio clemens colin connor cristina cynthia dagmar damian
damien dan dana daniel daniela danielle danilo darren dave david deborah deepa deepak deepika denis denise dennis derek devon diana diego dieter dimitri
dirk dmitri dmitry dominik dominique donald donna doris dorota douglas duncan dylan eddie edgar eduardo edward edwin ekaterina elena eleni eli elias elif
elisa elisabeth elizabeth ella ellen elliot emanuel emil emilia emily emine emma emmanuel enrico enrique eric erica erik erika erin ernesto ernst esteban
esther ethan eva evan evelyn fabian fabio farah fatima fatma federico felipe felix fernanda fernando fiona florence florian francesca francesco
francisco franck frank frans franz fred frederic frederik freya friedrich gabriel gabriela gareth gary gavin george georg georgia gerald gerard gerd
giacomo gianni gilles gina giorgio giovanni giulia giuseppe gloria goran gordon greg gregor gregory greta grzegorz guido guillaume gunnar gustav guy
hannah hannes hans hanna harald harold harry hasan hassan heather hector heidi heiko heinz helen helena helga hendrik henri henrik henry herbert hiroshi
holger howard hugh hugo hussein ian ibrahim ida ignacio igor ilona ilya imran ines inga ingrid irene irina isaac isabel isabella ismail ivan ivana
iwona jack jacob jacqueline jacques jaime jake jakob jakub james jamie jan jana jane janet janos jaroslav jasmin jason javier jean jeff jeffrey jenna
jennifer jenny jens jeremy jerome jerry jesper jesse jessica jesus jill jim jimmy joan joana joanna joao joe joel joerg johan johanna johannes john johnny jon
jonas jonathan jordan jorge jose josef joseph joshua joyce juan juanita judith julia julian juliana julie julien julio jun jurgen justin justyna kai
kamal kamila karen karim karin karina karl karla karolina kasia kate katarina katharina katherine kathleen kathrin katie katja kavita kay keith
kelly ken kenji kenneth kerstin kevin khaled kim kimberly kiran klaus kofi konrad krishna kristian kristina krzysztof kurt kwame kyle lakshmi lara larry lars
laura lauren laurent lea leah leila lena leo leon leonardo leonie leslie lewis li liam lidia lily linda lindsay lisa liz lorenzo louis louise luc luca lucas
lucia lucy luigi luis luisa lukas lukasz lydia maciej madeleine magdalena magnus mahmoud maja malik mandy manfred manoj manuel manuela marc marcel
marcela marcello marcin marco marcos marcus margaret margarita maria mariam marian mariana marie marina mario marion marisol marius marek margot mark marlene markus marta martha martin
martina mary mateo mathieu mathilde matt matteo matthew matthias maurice max maxim maxime maya megan mehmet mei melanie melissa mia michael michal michel
michelle miguel mikael mike mikhail milan milena miriam mirko mohamed mohammad mohammed molly monica monika morgan moritz mustafa nadia nadine nancy
naomi natalia natalie natasha nathan neha neil nick nicholas nicola nicolas nicole niels nigel nikhil nikita nikolai nina nino noah noel noor nora norbert
norman olaf ola oleg olga oliver olivia olivier omar oscar oskar otto owen pablo padma pamela paola paolo pascal patricia patrick paul paula paulina paulo
pavel pawel pedro pedram peggy penelope per pete peter petr petra philip philipp philippe phil pierre pilar piotr piet pooja prakash pranav preeti priya rachel rafael rahul raj
rajesh ralf ralph ramesh ramon raphael rashid raul ravi raymond rebecca regina reiner rene renata reza ricardo richard rick rita rob robert roberta roberto robin
rodrigo roger rohan roland rolf roman romain ron ronald ronja rosa rosemary ross roxana roy rudi rudolf rui ruth ryan sabine sabrina sachin said sally salma sam
samantha sami samir samuel sandeep sandra sandro sanjay santiago sara sarah sascha sasha scott sean sebastian selma serena sergei sergey sergio sergej shane shannon sharon
sheila shreya sigrid silke silvia simon simone sofia sofie sonia sonja sophia sophie stefan stefanie stefano stella stephan stephanie stephen steve steven stuart
sudhir sunil sunita susan susanne suresh sven svetlana sylvia sylvie takashi tamara tanja tanya tarek tariq tatiana ted teresa terry thandi theo theresa thierry thomas
thorsten tiago tim timo tina tobias todd tom tomas tomasz tommy toni tony tracy travis trevor tristan tuan uli ulrich ulrike umar ursula uwe valentina valeria valerie
vanessa vera verena veronica veronika vicky victor victoria vijay viktor vikram vincent vinod viola virginia vivian vladimir volker waleed walter wanda wang warren wayne
wei wendy werner wes wilfried wilhelm william wolfgang xavier xin yan yannick yasmin yasmine yi ying yolanda yosef youssef yuki yuri yusuf yves yvonne zainab zoe zofia zoltan zuzana
"""
FIRST_NAMES = frozenset(name.capitalize() for name in _NAMES.split())
