// Common English words that people also use as nicknames.  In a message such a word mentions
// someone only when it is marked as a name: see mentions.js.

export const COMMON_WORDS = new Set(
  [
    "a about action admin after again alert all alpha always am amber an and angel any april are art",
    "as ash at august away back bad bar bash basil bass bay be bear beta big bill bit black blue bob",
    "bot boss box boy brave brook brown buck bud bug bush but by call can cash cat chance chase chat",
    "cherry chip chuck clay cliff cloud code coral cool crew crystal dash data date dawn day dean",
    "debug demo dev do dog done don dot down drew dusk duke each early earth echo end error eve even",
    "ever everyone everybody faith false fern few finch fire first flint flora for fox frank free",
    "friday from game gene ghost ginger girl go gold good grace grant gray green grey guest guy had",
    "hand happy hardy has have hazel he heath heather hello help her here hero hey hi him his holly",
    "home honey hope host hot house how hunter i ice if in info iris is it ivy jack jade jay jet job",
    "joy july june just key king kit know lance last late less light like lily line linux little log",
    "long look love luck lucky mac mad mail make man many march mark mason max may maybe me melody mike",
    "miles mint mod monday moon more most mouse much my name never new next nick night no nobody none",
    "noon north not nova now null of off ok okay old olive on one only open or other our out over page",
    "pat peace pearl penny people perl phoenix pierce piper please point port power prince pro queen",
    "question quick quiet quinn rain randy ranger rat raven ray real red reed reply rich right river rob",
    "robin rock rocky room root rose ruby rusty sage said same sandy saturday save say see server she",
    "shell sky so some someone somebody something soon spring star storm stone sue summer sun sunday",
    "sunny sure system team tech terry test thanks that the their them then there they thing think this",
    "thursday time to today tom tomorrow too top true trip try tuesday two unknown up us user very violet",
    "wade was way we wednesday week well west what when where which who why wild will win winter with",
    "wolf wood word work world would year yes yesterday yet you your zero",
  ]
    .join(" ")
    .split(" "),
);
